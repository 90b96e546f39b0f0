"""Panic by voice."""

from __future__ import annotations

import pytest

from desktop.spoken_panic import SpokenPanic, panics
from model.stream.values import Channel, ChannelClosed, Data, Event, Opened, Opening, Origin, Pause, Word


@pytest.mark.parametrize(
    "sentence", ["stop everything", "Stop everything!", "no no stop everything", "ambidex stop everything now please"]
)
def test_it_is_meant(sentence: str) -> None:
    assert panics(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "", "stop", "everything", "stop the music", "everything stop", "stop it everything", "don't stop everything",
        "and then they stop everything they do", "type stop everything", "how do I stop everything",
    ],
)  # fmt: skip
def test_it_is_not(sentence: str) -> None:
    assert not panics(sentence)


class Heard:
    def __init__(self) -> None:
        self.panics = 0
        self.listener = SpokenPanic(self.count)

    def count(self) -> None:
        self.panics += 1

    def hear(self, *said: Data | str, channel: Channel = Channel.USER) -> None:
        for data in said:
            self.listener.notice(Event(0, channel, Word(data) if isinstance(data, str) else data, Origin.USER))


def test_once_a_sentence_at_the_last_word() -> None:
    heard = Heard()
    heard.hear(Opened(Opening.HOLD), "no", "stop")
    assert heard.panics == 0
    heard.hear("everything")
    assert heard.panics == 1
    heard.hear("now", Pause(), "stop", "everything", ChannelClosed())
    assert heard.panics == 2


def test_before_the_recogniser_is_sure() -> None:
    heard = Heard()
    heard.hear(Opened(Opening.TOGGLE), "stop")
    heard.listener.guess("every")
    assert heard.panics == 0
    heard.listener.guess("everything")
    heard.hear("everything")
    assert heard.panics == 1


def test_a_sentence_ends_where_the_user_pauses() -> None:
    heard = Heard()
    heard.hear(Opened(Opening.TOGGLE), "it", "will", "stop", Pause(), "everything", Pause())
    assert heard.panics == 0
    heard.hear("stop", "everything")
    assert heard.panics == 1


def test_nobody_but_the_user_is_listened_to() -> None:
    heard = Heard()
    heard.hear("stop", "everything", channel=Channel.SELF)
    assert heard.panics == 0
