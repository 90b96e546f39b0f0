"""A program for tests: the whole face of the application before a scripted engine, telling on standard output what
happens. Run as `python overlay_program.py`; SIGTERM ends it."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QMessageLogContext, QPoint, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

from desktop.face import Appearance, Face
from desktop.live import LiveState, LiveView, Standing
from model.stream.values import (
    Call,
    Channel,
    ChannelClosed,
    Data,
    Event,
    Go,
    Opened,
    Opening,
    Origin,
    Outcome,
    Seen,
    Status,
    Step,
    Tick,
)


def tell(**row: object) -> None:
    sys.stdout.write(json.dumps({"t_ns": time.monotonic_ns(), **row}) + "\n")  # in one piece: threads tell too
    sys.stdout.flush()


class ScriptedEngine:
    """Opens and closes at once; a cancel makes it ask for approval, so that those buttons are there to press."""

    def __init__(self, live: LiveView, quit_: Callable[[], None]) -> None:
        self._live = live
        self._quit = quit_

    def listen(self, by: Opening) -> None:
        self._happens("listen", Opened(by))

    def close_listening(self) -> None:
        self._happens("close", ChannelClosed())

    def cancel(self) -> None:
        self._happens("cancel", ChannelClosed())

    def panic(self) -> None:
        self._live.stand(Standing.PANICKED)
        tell(command="panic")

    def rearm(self) -> None:
        self._live.stand(Standing.READY)
        tell(command="rearm")

    def pause(self) -> None:
        tell(command="pause")

    def resume(self) -> None:
        tell(command="resume")

    def approve(self) -> None:
        self._happens("approve", Outcome("open_url", Status.DONE, "Opened."))

    def deny(self) -> None:
        self._happens("deny", Outcome("open_url", Status.REFUSED, "Not opened."))

    def ask(self, text: str) -> None:
        tell(command="ask", text=text)
        tick = Tick(0, 0, 80.0)
        self._live.record(tick, (), Step(Seen(tick), action=Call("open_url")))
        self._live.record(tick, (), Step(Seen(tick), action=Go()))
        self._happens("asks", Outcome("open_url", Status.ASKS, "May I open it?"))

    def quit(self) -> None:
        self._quit()

    def _happens(self, command: str, data: Data) -> None:
        tick = Tick(0, 0, 80.0)
        self._live.record(tick, [Event(0, Channel.USER, data, Origin.USER)], Step(Seen(tick)))
        tell(command=command)


def tell_warning(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    tell(qt=text, kind=kind.name)


def centre(widget: QWidget) -> list[int]:
    point: QPoint = widget.mapToGlobal(widget.rect().center())
    return [point.x(), point.y()]


def main() -> None:
    qInstallMessageHandler(tell_warning)
    application = QApplication(sys.argv)
    live = LiveView(lambda span: None)
    engine = ScriptedEngine(live, application.quit)
    stop = threading.Event()
    appearance = Appearance("<ctrl>+<alt>+space", "<ctrl>+<alt>+backspace", "<ctrl>+<alt>+t")
    face = Face(engine, live, appearance, ours=lambda: False, pressing=lambda: False)
    card = face.overlay.card

    def drawn(state: LiveState) -> None:
        buttons = {"stop": card.header.stop_button, "allow": card.question.allow}
        places = {name: centre(button) for name, button in buttons.items() if button.isVisible()}
        tell(mode=state.mode.value, notice=state.notice, **places)

    face.bridge.drawn.connect(drawn, Qt.ConnectionType.QueuedConnection)
    threads = [
        threading.Thread(target=face.intents.run, args=(stop,), daemon=True),
        threading.Thread(target=lambda: count_paints(face, stop), daemon=True),
    ]
    face.start()
    for thread in threads:
        thread.start()
    signal.signal(signal.SIGTERM, lambda number, where: application.quit())
    wake = QTimer(interval=200)  # lets Python see the signal; Qt's loop alone would not
    wake.timeout.connect(lambda: None)
    wake.start()
    tell(ready=True)
    application.exec()
    stop.set()
    face.close()
    tell(closed=True)


def count_paints(face: Face, stop: threading.Event) -> None:
    while not stop.wait(0.25):
        tell(paints=face.overlay.paints)


if __name__ == "__main__":
    main()
