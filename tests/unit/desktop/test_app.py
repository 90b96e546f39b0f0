"""Starting where there is no display, and signals."""

import os
import signal
import socket
import threading

import pytest

from desktop.app import display_answers, require_display, signals_quit
from model.stream.errors import DeviceLost


def test_without_a_display_the_cure_is_named() -> None:
    with pytest.raises(DeviceLost, match="--headless"):
        require_display({})
    with pytest.raises(DeviceLost, match="The display :4711 does not answer"):
        require_display({"DISPLAY": ":4711"})


def test_a_display_that_listens_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind("\0/tmp/.X11-unix/X4712")
        server.listen(4)
        assert display_answers(":4712")
        assert display_answers(":4712.0")
        require_display({"DISPLAY": ":4712"})


def test_a_remote_display_is_taken_at_its_word() -> None:
    assert display_answers("elsewhere:1")
    assert not display_answers("nonsense")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_ask_to_quit_and_are_given_back(number: signal.Signals) -> None:
    asked: list[str] = []
    before = signal.getsignal(number)
    with signals_quit(lambda: asked.append("quit")):
        os.kill(os.getpid(), number)
    assert asked == ["quit"]
    assert signal.getsignal(number) is before


def test_a_signal_in_the_middle_of_a_locked_stretch_does_not_hang() -> None:
    """As when it arrives while the main thread enters a wait: what quitting needs is held by that very thread."""
    held, quitted = threading.Lock(), threading.Event()

    def quit_() -> None:
        with held:
            quitted.set()

    with signals_quit(quit_):
        with held:
            signal.raise_signal(signal.SIGTERM)
            assert not quitted.is_set()
        assert quitted.wait(10)


def test_a_signal_is_heard_while_the_main_thread_waits_for_a_lock() -> None:
    """Taken by another thread it does not even interrupt the wait, as one that comes just before the wait."""
    quitted = threading.Event()
    with signals_quit(quitted.set):
        threading.Timer(0.01, signal.raise_signal, (signal.SIGTERM,)).start()
        assert quitted.wait(10)
