"""Where an utterance begins: all that is known of what was said starts there. And ticks as numbers."""

from __future__ import annotations

import pytest

from model.reflex.columns import FARTHEST, FORGOTTEN_NS, Column, Scribe, Written, field_place
from model.reflex.vocabulary import CLOSED, GO, OPENED, PAUSE
from model.stream.values import Place, Seen, Tick, Token

HELLO, WORLD = 2_000, 2_001
SECOND_NS = 1_000_000_000


class Stream:
    """A scribe at work on a stream of user tokens, with the clock in the test's hands."""

    def __init__(self) -> None:
        self.scribe = Scribe()
        self._now_ns = 0
        self._ticks = self._words = 0

    def hear(self, piece: int, after_ns: int = SECOND_NS) -> Column:
        self._now_ns += after_ns
        self._ticks += 1
        is_word = piece not in (OPENED, CLOSED, PAUSE)
        self._words += is_word
        tick = Tick(self._ticks, self._now_ns, after_ns / 1e6)
        return self.scribe.column(Seen(tick, Token(piece, "."), word=self._words if is_word else None))


def test_words_are_collected_until_the_channel_is_opened_anew() -> None:
    stream = Stream()
    stream.hear(OPENED)
    stream.hear(HELLO)
    assert stream.hear(WORLD).said == (HELLO, WORLD)
    assert stream.hear(OPENED).said == ()
    again = stream.hear(WORLD)
    assert (again.said, again.utterance, again.position) == ((WORLD,), 2, 1)


def test_the_first_word_after_an_action_begins_a_new_utterance() -> None:
    stream = Stream()
    stream.hear(HELLO)
    stream.hear(PAUSE)
    stream.scribe.wrote(Written(action=GO))
    assert stream.scribe.answered
    assert stream.hear(PAUSE).said == (HELLO,)
    assert stream.hear(WORLD).said == (WORLD,)
    assert not stream.scribe.answered


def test_what_was_left_unanswered_is_forgotten_after_a_long_silence() -> None:
    """Else words that were not understood would be part of every request that follows."""
    stream = Stream()
    first = stream.hear(HELLO)
    stream.hear(PAUSE)
    later = stream.hear(WORLD, FORGOTTEN_NS)
    assert later.said == (WORLD,)
    assert later.utterance == first.utterance + 1


def test_who_hesitates_is_still_in_the_same_sentence() -> None:
    stream = Stream()
    stream.hear(HELLO)
    assert stream.hear(WORLD, FORGOTTEN_NS - 1).said == (HELLO, WORLD)


def test_silence_is_counted_from_the_last_word() -> None:
    stream = Stream()
    stream.hear(HELLO)
    stream.hear(PAUSE, FORGOTTEN_NS - 1)
    assert stream.hear(WORLD, 1).said == (WORLD,)


def test_a_line_that_is_far_too_wide_is_no_wider_than_the_network_knows() -> None:
    assert field_place(Place(0, 540, 80_000, 20)) == (
        FARTHEST,
        pytest.approx(550 / 1080),
        FARTHEST,
        pytest.approx(20 / 1080),
    )
