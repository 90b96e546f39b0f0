"""The voice goes on after an uh-huh, and only then."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from desktop.resuming import SETTLED_MS, Resuming
from model.stream.values import Channel, ChannelClosed, Data, Event, Opened, Opening, Origin, Tone, Word


@dataclass
class FakeVoice:
    """Counts how often it was told to go on."""

    resumed: int = 0

    def resume(self) -> bool:
        self.resumed += 1
        return True


class Talk:
    """Somebody who talks over a voice."""

    def __init__(self) -> None:
        self.voice = FakeVoice()
        self.resuming = Resuming(self.voice)

    def sound(self) -> None:
        self._notice(Channel.TONE, Tone(0.9, -20.0, 120.0, 0))

    def silence(self, ms: int = SETTLED_MS) -> None:
        self._notice(Channel.TONE, Tone(0.0, -60.0, 0.0, ms))

    def user(self, *data: Data) -> None:
        for one in data:
            self._notice(Channel.USER, one)

    def _notice(self, channel: Channel, data: Data) -> None:
        self.resuming.notice(Event(0, channel, data, Origin.USER))


@pytest.mark.parametrize("words", [(), ("uh", "huh"), ("Mhm.",), ("okay",)])
def test_it_goes_on_once_somebody_who_hummed_is_silent(words: tuple[str, ...]) -> None:
    talk = Talk()
    talk.sound()
    talk.resuming.yielded()
    talk.user(*(Word(word) for word in words))
    talk.silence(SETTLED_MS - 80)
    assert talk.voice.resumed == 0
    talk.silence()
    talk.silence(2 * SETTLED_MS)
    assert talk.voice.resumed == 1


@pytest.mark.parametrize("words", [("stop",), ("okay", "stop"), ("yes",), ("what", "time", "is", "it")])
def test_it_stays_silent_for_words_that_want_something(words: tuple[str, ...]) -> None:
    talk = Talk()
    talk.sound()
    talk.user(*(Word(word) for word in words))
    talk.resuming.yielded()
    talk.silence()
    assert talk.voice.resumed == 0


@pytest.mark.parametrize(
    ("blocks", "words", "goes_on"),
    [
        (5, ("although",), True),  # so short that it was a hum
        (9, ("although",), False),
        (5, ("all", "in", "the", "end"), False),
        (5, ("wait",), False),
        (12, ("hum", "and", "okay"), True),  # most of it hums
        (12, ("okay", "wait"), False),
    ],
)
def test_a_hum_that_was_taken_for_words_is_one_all_the_same(blocks: int, words: tuple[str, ...], goes_on: bool) -> None:
    talk = Talk()
    for _ in range(blocks):
        talk.sound()
    talk.resuming.yielded()
    talk.user(*(Word(word) for word in words))
    talk.silence()
    assert talk.voice.resumed == goes_on


def test_who_got_what_they_asked_for_need_not_hear_the_rest() -> None:
    talk = Talk()
    talk.sound()
    talk.resuming.yielded()
    talk.user(Word("louder"))
    talk.resuming.acted()
    talk.silence()
    assert talk.voice.resumed == 0


def test_a_mind_that_yields_late_knows_what_was_said() -> None:
    talk = Talk()
    talk.sound()
    talk.user(Word("stop"))
    talk.silence()
    talk.resuming.yielded()
    talk.silence(2 * SETTLED_MS)
    assert talk.voice.resumed == 0


def test_a_yield_that_was_never_settled_is_not_remembered_for_the_next_time() -> None:
    talk = Talk()
    talk.sound()
    talk.silence()
    talk.resuming.yielded()
    talk.sound()
    talk.silence()
    assert talk.voice.resumed == 0


def test_without_a_yield_there_is_nothing_to_go_on_with() -> None:
    talk = Talk()
    talk.sound()
    talk.user(Word("uh-huh"))
    talk.silence()
    assert talk.voice.resumed == 0


def test_a_typed_request_is_no_humming() -> None:
    talk = Talk()
    talk.user(Opened(Opening.TYPED))
    talk.resuming.yielded()
    talk.user(Word("louder"), ChannelClosed())
    assert talk.voice.resumed == 0
