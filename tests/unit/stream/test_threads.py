"""Threads that have an owner: what happens when one fails."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from model.stream import threads
from model.stream.errors import Closed, DeviceLost
from model.stream.threads import Scope, ThreadReport

StopSignal = threading.Event


@pytest.fixture
def no_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "BACK_OFF_S", (0.0,))


def wait(stop: StopSignal) -> None:
    stop.wait()


def failing(times: int, error: Exception, then: Callable[[StopSignal], None] = wait) -> Callable[[StopSignal], None]:
    left = [times]

    def run(stop: StopSignal) -> None:
        if left[0]:
            left[0] -= 1
            raise error
        then(stop)

    return run


def test_leaving_the_scope_stops_and_joins_its_threads():
    with Scope("engine") as scope:
        scope.start("loop", wait)
        scope.keep("screen", wait)
        assert {report.state for report in scope.reports()} == {"running"}
    assert scope.reports() == [ThreadReport("loop", "stopped"), ThreadReport("screen", "stopped")]
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("engine.")]


def test_a_thread_is_named_after_its_scope_and_itself():
    names: list[str] = []
    with Scope("engine") as scope:
        scope.start("loop", lambda stop: names.append(threading.current_thread().name))
    assert names == ["engine.loop"]


def test_a_failing_thread_takes_the_scope_down_and_its_error_reaches_the_owner_once():
    scope = Scope("engine")
    scope.start("sibling", wait)
    scope.start("loop", failing(1, DeviceLost("The screen is gone.")))
    assert scope.stop.wait(5)
    with pytest.raises(DeviceLost, match="gone"):
        scope.close()
    scope.close()
    assert scope.reports()[1] == ThreadReport("loop", "stopped", error="The screen is gone.")


def test_the_first_error_is_the_one_that_is_raised():
    with pytest.raises(ValueError, match="first"), Scope("engine") as scope:
        scope.start("one", failing(1, ValueError("first")))
        scope.stop.wait(5)
        scope.start("two", failing(1, ValueError("second")))


def test_a_kept_thread_is_started_again_and_leaves_its_siblings_alone(
    no_back_off: None, announce: Callable[[str], None]
):
    announce("screen failed, again in 0.0 s: The screen is gone.")
    recovered = threading.Event()

    def work(stop: StopSignal) -> None:
        recovered.set()
        stop.wait()

    with Scope("engine") as scope:
        scope.start("loop", wait)
        scope.keep("screen", failing(3, DeviceLost("The screen is gone."), then=work))
        assert recovered.wait(5)
        assert not scope.stop.is_set()
        report = scope.reports()[1]
    assert report == ThreadReport("screen", "running", restarts=3, error="The screen is gone.")


def test_a_foreseeable_failure_is_logged_as_a_sentence_and_another_with_its_traceback(
    no_back_off: None, announce: Callable[[str], None], caplog: pytest.LogCaptureFixture
):
    announce("failed, again in")
    with Scope("engine") as scope:
        for name, error in (("known", DeviceLost("gone")), ("unknown", ValueError("what"))):
            recovered = threading.Event()
            scope.keep(name, failing(1, error, then=lambda stop, done=recovered: done.set()))
            assert recovered.wait(5)
    assert [record.exc_info is not None for record in caplog.records] == [False, True]


def test_while_it_waits_to_be_started_again_the_report_says_so(announce: Callable[[str], None]):
    announce("screen failed, again in 0.5 s: gone")
    scope = Scope("engine")
    try:
        scope.keep("screen", failing(9, DeviceLost("gone")))
        while scope.reports() == [] or scope.reports()[0].state == "running":
            pass  # it has to fail first
        assert scope.reports() == [ThreadReport("screen", "waiting", error="gone")]
    finally:
        scope.close()  # cuts the wait short
    assert scope.reports()[0].state == "stopped"


@pytest.mark.parametrize("spawn", [Scope.start, Scope.keep])
def test_a_thread_whose_other_side_was_closed_stops_quietly(spawn: Callable[..., None]):
    with Scope("engine") as scope:
        spawn(scope, "voice", failing(1, Closed("The queue is closed.")))
    assert scope.reports() == [ThreadReport("voice", "stopped")]


def test_a_kept_thread_that_returns_is_not_started_again():
    runs: list[int] = []
    with Scope("engine") as scope:
        scope.keep("once", lambda stop: runs.append(1))
    assert runs in ([1], [])  # closing may come before it ran at all


def test_a_thread_may_close_its_own_scope():
    scope = Scope("engine")
    closed = threading.Event()

    def quit_from_within(stop: StopSignal) -> None:
        scope.close()
        closed.set()

    scope.start("loop", quit_from_within)
    assert closed.wait(5)
    scope.close()
