"""A clipboard sense as a program of its own: each event it posts is a line on standard output, as in a trace.

`python -m tests.sensing x11|selection|qt`; the sense through Qt needs the only application that a process may have.
"""

from __future__ import annotations

import json
import signal
import sys
import threading

from model.stream.protocols import Sense
from model.stream.trace import event_to_json
from model.stream.values import Event
from perception.clipboard import ClipboardWatch, SelectionWatch


def tell(event: Event) -> None:
    sys.stdout.write(json.dumps(event_to_json(event)) + "\n")
    sys.stdout.flush()


def run_here(sense: Sense, stop: threading.Event) -> None:
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    sense.run(tell, stop)


def run_in_window(stop: threading.Event) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from desktop.clipboard_sense import ClipboardSense

    application = QApplication(sys.argv[:1])
    sense = ClipboardSense(application.clipboard())
    thread = threading.Thread(target=sense.run, args=(tell, stop))
    signal.signal(signal.SIGTERM, lambda *_: application.quit())
    look = QTimer()
    look.timeout.connect(lambda: None)  # lets Python see the signal
    look.start(50)
    thread.start()
    application.exec()
    stop.set()
    thread.join()


def main(kind: str) -> None:
    stop = threading.Event()
    match kind:
        case "qt":
            run_in_window(stop)
        case "selection":
            run_here(SelectionWatch(), stop)
        case _:
            run_here(ClipboardWatch(), stop)


if __name__ == "__main__":
    main(sys.argv[1])
