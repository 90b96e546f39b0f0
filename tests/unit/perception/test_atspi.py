"""Questions on the accessibility bus: order, patience, and what is noted on the side. The bus is made up."""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import Any

import pytest
from jeepney import DBusAddress, HeaderFields, Message, new_error, new_method_return, new_signal

from model.stream.errors import DeviceLost
from perception import atspi
from perception.atspi import MAX_PAUSE_S, PAUSE_S, Node, Programs, Question

HANGS, WORKS = Node(":1.5", "/a"), Node(":1.6", "/b")


class MadeUpBus:
    """Answers with the path that was asked for, latest question first, for every program but those that hang."""

    def __init__(self) -> None:
        self.hanging: set[str] = set()
        self.failing: set[str] = set()
        self.outgoing_serial = count(1)
        self.coming: deque[Message] = deque()
        self.n_sent = 0
        self.lost = False

    def send(self, message: Message, serial: int) -> None:
        self.n_sent += 1
        message.header.serial = serial
        to = message.header.fields[HeaderFields.destination]
        if to in self.hanging:
            return
        path = message.header.fields[HeaderFields.path]
        failing = to in self.failing
        answer = new_error(message, "org.a11y.Error") if failing else new_method_return(message, "s", (path,))
        self.coming.appendleft(answer)

    def receive(self, timeout: float) -> Message:
        if self.lost:
            raise ConnectionResetError
        if not self.coming:
            raise TimeoutError
        return self.coming.popleft()

    def close(self) -> None:
        self.lost = True


class Rig:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bus = MadeUpBus()
        self.now_s = 100.0
        monkeypatch.setattr(atspi, "_opened", lambda address: self.bus)
        monkeypatch.setattr(atspi, "bus_address", lambda env: "unix:path=/made/up")
        self.programs = Programs({}, lambda: self.now_s)

    def ask(self, *nodes: Node) -> list[tuple[Any, ...] | None]:
        return self.programs.ask([Question(node, "org.a11y.atspi.Accessible", "GetRole") for node in nodes])


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Rig:
    return Rig(monkeypatch)


def test_answers_stand_in_the_order_of_the_questions(rig: Rig) -> None:
    nodes = [Node(":1.6", f"/{n}") for n in range(3 * atspi.MAX_AT_ONCE)]
    assert rig.ask(*nodes) == [(node.path,) for node in nodes]


def test_an_error_is_no_answer_and_no_reason_to_stop_asking(rig: Rig) -> None:
    rig.bus.failing = {WORKS.bus}
    assert rig.ask(WORKS) == [None]
    assert rig.programs.answers(WORKS.bus)


def test_who_does_not_answer_is_left_alone_longer_each_time(rig: Rig) -> None:
    rig.bus.hanging = {HANGS.bus}
    for pause_s in (PAUSE_S, 2 * PAUSE_S, 4 * PAUSE_S):
        assert rig.ask(HANGS, WORKS) == [None, ("/b",)]
        n_sent = rig.bus.n_sent
        assert rig.ask(HANGS) == [None]
        assert rig.bus.n_sent == n_sent  # not even asked
        rig.now_s += pause_s
        assert rig.programs.answers(HANGS.bus)


def test_a_pause_has_an_end_and_is_forgotten_with_an_answer(rig: Rig) -> None:
    rig.bus.hanging = {HANGS.bus}
    for _ in range(12):
        rig.ask(HANGS)
        rig.now_s += MAX_PAUSE_S
    assert rig.programs.answers(HANGS.bus)
    rig.bus.hanging = set()
    assert rig.ask(HANGS) == [("/a",)]
    rig.bus.hanging = {HANGS.bus}
    rig.ask(HANGS)
    rig.now_s += PAUSE_S
    assert rig.programs.answers(HANGS.bus)


def test_who_says_that_something_changed_is_noted_once(rig: Rig) -> None:
    signal = new_signal(DBusAddress("/x", interface="org.a11y.atspi.Event.Object"), "ChildrenChanged")
    signal.header.fields[HeaderFields.sender] = ":1.6"
    rig.bus.coming.extend([signal, signal])
    assert rig.ask(WORKS) == [("/b",)]
    assert rig.programs.changed() == {":1.6"}
    assert rig.programs.changed() == set()


def test_a_bus_that_goes_away_is_said_so(rig: Rig) -> None:
    rig.bus.close()
    with pytest.raises(DeviceLost, match="closed"):
        rig.ask(WORKS)
    with pytest.raises(DeviceLost, match="closed"):
        rig.programs.changed()


def test_without_a_session_bus_the_cure_is_named() -> None:
    with pytest.raises(DeviceLost, match="at-spi2-core"):
        atspi.bus_address({})
