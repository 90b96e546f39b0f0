"""The clipboard of a real X server, watched without a window: what the contract with the other sense leaves open."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop
from model.stream.clipboard import BINARY, EMPTY, SECRET
from model.stream.errors import DeviceLost
from model.stream.values import Copied, Event
from perception.clipboard import ClipboardWatch, SelectionWatch
from tests.selection_owner import Habits, SelectionOwner

pytestmark = pytest.mark.integration

WITHIN_S = 30.0


class Watching:
    """A running sense and what it has posted."""

    def __init__(self, sense: ClipboardWatch) -> None:
        self.sense = sense
        self.lost: DeviceLost | None = None
        self._events: list[Event] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=sense.name)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.sense.run(self._events.append, self._stop)
        except DeviceLost as error:
            self.lost = error

    @property
    def posted(self) -> list[Copied]:
        return [event.data for event in list(self._events) if isinstance(event.data, Copied)]

    def wait_for(self, *wanted: Copied) -> None:
        wait_until(lambda: self.posted == list(wanted), WITHIN_S, f"{wanted} instead of {self.posted}")

    def wait_until_lost(self) -> None:
        self._thread.join(WITHIN_S)
        assert self.lost is not None

    def close(self) -> None:
        self._stop.set()
        self._thread.join(1)
        assert not self._thread.is_alive()


Own = Callable[..., SelectionOwner]


@pytest.fixture
def own(on_screen: VirtualDesktop) -> Iterator[Own]:
    """Some other program copies."""
    owners: list[SelectionOwner] = []

    def take(selection: str = "CLIPBOARD", **habits: object) -> SelectionOwner:
        owners.append(SelectionOwner(on_screen.display, Habits(**habits), selection))  # pyright: ignore
        return owners[-1]

    yield take
    for owner in owners:
        owner.close()


@pytest.fixture
def watching(on_screen: VirtualDesktop) -> Iterator[Watching]:
    started = Watching(ClipboardWatch())
    started.wait_for(EMPTY)
    yield started
    started.close()


def test_every_change_is_counted_though_not_every_one_is_told(watching: Watching, own: Own) -> None:
    for number in range(100):
        own(offers={"UTF8_STRING": b"copy %d" % number})
    wait_until(lambda: watching.posted[-1] == Copied("text", "copy 99", 7), WITHIN_S, "The newest")
    counted = watching.sense.statistics()
    assert counted.accepted == 101
    assert counted.dropped == counted.accepted - len(watching.posted)


def test_a_password_copied_between_question_and_answer_is_thrown_away(watching: Watching, own: Own) -> None:
    passwords: list[SelectionOwner] = []

    def copy_password() -> None:
        passwords.append(own(offers={"UTF8_STRING": b"hunter2", "x-kde-passwordManagerHint": b"secret"}))

    own(offers={"UTF8_STRING": b"harmless"}, afterwards={"TARGETS": copy_password})
    watching.wait_for(EMPTY, SECRET)
    own(offers={"UTF8_STRING": b"later"})
    watching.wait_for(EMPTY, SECRET, Copied("text", "later", 5))


def test_an_offer_too_long_to_be_searched_for_a_mark_is_not_read(watching: Watching, own: Own) -> None:
    names = {f"format-{number}-{'x' * 200}": b"" for number in range(400)}
    owner = own(offers={"UTF8_STRING": b"never asked for", **names})
    watching.wait_for(EMPTY, BINARY)
    assert owner.asked == ["TARGETS"]


def test_it_ends_at_once_while_an_owner_hangs(on_screen: VirtualDesktop, own: Own) -> None:
    owner = own(offers={"UTF8_STRING": b"never given"}, silent={"UTF8_STRING"})
    watching = Watching(ClipboardWatch())
    owner.wait_until_asked("UTF8_STRING")
    began_s = time.monotonic()
    watching.close()
    assert time.monotonic() - began_s < 1


def test_an_owner_that_hangs_is_given_up_and_counted(
    on_screen: VirtualDesktop, own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perception.x11_selection.ANSWER_S", 0.3)
    own(offers={"UTF8_STRING": b"never given"}, silent={"TARGETS"})
    watching = Watching(ClipboardWatch())
    wait_until(lambda: watching.sense.statistics().dropped == 1, WITHIN_S, "The count")
    assert watching.posted == []
    watching.close()


def test_a_desktop_that_goes_away_is_said_so(on_screen: VirtualDesktop) -> None:
    watching = Watching(ClipboardWatch())
    watching.wait_for(EMPTY)
    on_screen.close()
    watching.wait_until_lost()
    watching.close()


# What is selected with the mouse --------------------------------------------------------------------------------


@pytest.fixture
def selecting(on_screen: VirtualDesktop) -> Iterator[Watching]:
    started = Watching(SelectionWatch())
    started.wait_for(Copied("selection", "", 0))
    yield started
    started.close()


def test_what_is_selected_is_told_and_what_is_copied_is_not(selecting: Watching, own: Own) -> None:
    own("CLIPBOARD", offers={"UTF8_STRING": b"copied"})
    own("PRIMARY", offers={"UTF8_STRING": b"https://selected.example"})
    selecting.wait_for(Copied("selection", "", 0), Copied("selection", "https://selected.example", 24))


def test_a_selected_password_is_passed_over(selecting: Watching, own: Own) -> None:
    own("PRIMARY", offers={"UTF8_STRING": b"hunter2", "x-kde-passwordManagerHint": b"secret"})
    own("PRIMARY", offers={"UTF8_STRING": b"later"})
    wait_until(lambda: selecting.posted[-1].text == "later", WITHIN_S, "What was selected later")
    assert "hunter2" not in str(selecting.posted)


def test_selecting_by_dragging_is_told_now_and_then(selecting: Watching, own: Own) -> None:
    began_s = time.monotonic()
    for number in range(60):
        own("PRIMARY", offers={"UTF8_STRING": b"x" * number})
    wait_until(lambda: len(selecting.posted[-1].text) == 59, WITHIN_S, "All that was selected")
    assert len(selecting.posted) <= 3 + (time.monotonic() - began_s) / 0.5
    assert selecting.sense.statistics().dropped > 40


def test_two_programs_that_fight_for_the_clipboard_are_told_once(watching: Watching, own: Own) -> None:
    """A manager that takes over whatever is asked for, with the same content, and is asked again for that reason.

    It ends once the user copies: one that is slow would take the clipboard back from them, and this sense tells only
    what is there.
    """
    fighting = threading.Lock()
    owners: list[SelectionOwner] = []
    ended: list[bool] = []

    def take_over() -> None:
        with fighting:
            if not ended:
                owners.append(own(offers={"UTF8_STRING": b"mine"}, afterwards={"UTF8_STRING": take_over}))

    take_over()
    wait_until(lambda: len(owners) > 3, WITHIN_S, "a fight")
    with fighting:
        ended.append(True)
        own(offers={"UTF8_STRING": b"the user's"})
    watching.wait_for(EMPTY, Copied("text", "mine", 4), Copied("text", "the user's", 10))
    assert watching.sense.statistics().dropped > 0
