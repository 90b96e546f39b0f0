"""Somebody is talking to the assistant while the microphone is open, and for a while after a word or a reply."""

from __future__ import annotations

import pytest

from desktop.engaged import STAYS_S, Engaged
from model.stream.values import Channel, Data, Event, Line, Origin, Place, Played, Seen, Step, Tick, Word


class Talk:
    def __init__(self) -> None:
        self.now_s = 100.0
        self.listening = False
        self.engaged = Engaged(lambda: self.listening, lambda: self.now_s)

    def happen(self, channel: Channel, data: Data) -> None:
        tick = Tick(0, 0, 0.0)
        self.engaged.record(tick, [Event(0, channel, data, Origin.WORLD)], Step(Seen(tick)))


def test_nobody_talks_at_first() -> None:
    assert not Talk().engaged()


def test_an_open_microphone_is_enough() -> None:
    talk = Talk()
    talk.listening = True
    assert talk.engaged()
    talk.listening = False
    assert not talk.engaged()


@pytest.mark.parametrize(("channel", "data"), [(Channel.USER, Word("hello")), (Channel.SELF, Played("well"))])
def test_a_word_of_either_keeps_it_for_a_while(channel: Channel, data: Data) -> None:
    talk = Talk()
    talk.happen(channel, data)
    assert talk.engaged()
    talk.now_s += STAYS_S
    assert not talk.engaged()


def test_what_the_screen_shows_is_no_talk() -> None:
    talk = Talk()
    talk.happen(Channel.SCREEN, Line(1, "hello", Place(0, 0, 10, 10)))
    assert not talk.engaged()
