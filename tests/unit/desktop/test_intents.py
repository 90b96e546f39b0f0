"""Wishes reach the engine in turn; panic at once; nothing that our own hands do counts as a wish for more."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from desktop.intents import FOR_PERSONS, NARROWING, NOT_A_PERSON, Intent, Intents, Wish
from model.stream.errors import Closed, NotPermitted
from model.stream.values import Opening


class Recording:
    """An engine that notes what it is told. `listen` fails while `paused`."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.paused = False

    def listen(self, by: Opening) -> None:
        if self.paused:
            raise NotPermitted("Ambidex is paused.")
        self.told.append(f"listen {by.value}")

    def ask(self, text: str) -> None:
        self.told.append(f"ask {text}")

    def close_listening(self) -> None:
        self.told.append("close_listening")

    def cancel(self) -> None:
        self.told.append("cancel")

    def panic(self) -> None:
        self.told.append("panic")

    def rearm(self) -> None:
        self.told.append("rearm")

    def pause(self) -> None:
        self.told.append("pause")

    def resume(self) -> None:
        self.told.append("resume")

    def approve(self) -> None:
        self.told.append("approve")

    def deny(self) -> None:
        self.told.append("deny")

    def quit(self) -> None:
        self.told.append("quit")


def make(
    ours: Callable[[], bool] = lambda: False, by_person: Callable[[], bool] = lambda: True
) -> tuple[Recording, Intents]:
    engine = Recording()
    return engine, Intents(engine, ours, lambda: engine.told.append("prompt"), by_person, engine.told.append)


def work_off(intents: Intents) -> None:
    """Obey everything that waits."""
    intents.close()
    with pytest.raises(Closed):
        intents.run(threading.Event())


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (Wish.LISTEN_HOLD, "listen hold"),
        (Wish.LISTEN_TOGGLE, "listen toggle"),
        (Wish.ASK, "ask what time is it"),
        *((wish, wish.value) for wish in Wish if wish not in (Wish.LISTEN_HOLD, Wish.LISTEN_TOGGLE, Wish.ASK)),
    ],
)
def test_every_wish_has_its_command(wish: Wish, told: str) -> None:
    engine, intents = make()
    intents.submit(Intent(wish, "what time is it"))
    work_off(intents)
    assert engine.told == [told]


def test_panic_does_not_wait_in_line() -> None:
    engine, intents = make()
    intents.submit(Intent(Wish.APPROVE))
    intents.submit(Intent(Wish.PANIC))
    assert engine.told == ["panic"]
    assert intents.statistics().length == 0  # and what waited is forgotten


@pytest.mark.parametrize("wish", sorted(set(Wish) - NARROWING))
def test_our_own_hands_cannot_start_or_approve(wish: Wish, announce: Callable[[str], None]) -> None:
    announce("was not obeyed")
    engine, intents = make(ours=lambda: True)
    intents.submit_by_hand(Intent(wish, "rm"))
    work_off(intents)
    assert engine.told == []


@pytest.mark.parametrize("wish", sorted(FOR_PERSONS))
def test_what_is_for_persons_is_not_done_for_programs(wish: Wish, announce: Callable[[str], None]) -> None:
    announce("was not obeyed")
    engine, intents = make(by_person=lambda: False)
    intents.submit_by_hand(Intent(wish))
    intents.submit_by_hand(Intent(Wish.DENY))
    work_off(intents)
    assert engine.told == [NOT_A_PERSON, "deny"]


@pytest.mark.parametrize("wish", sorted(NARROWING))
def test_whatever_is_going_on_it_can_be_narrowed(wish: Wish) -> None:
    engine, intents = make(ours=lambda: True)
    intents.submit_by_hand(Intent(wish))
    work_off(intents)
    assert engine.told == [wish.value]


def test_a_refusal_is_told_and_the_next_wish_is_obeyed(announce: Callable[[str], None]) -> None:
    announce("listen_hold failed: Ambidex is paused.")
    engine, intents = make()
    engine.paused = True
    intents.submit(Intent(Wish.LISTEN_HOLD))
    intents.submit(Intent(Wish.RESUME))
    work_off(intents)
    assert engine.told == ["resume"]
