"""Where the texts of a language model stand."""

from __future__ import annotations

from actions.tracing import traced
from model.stream.sources import Sources
from model.stream.values import (
    ActionSpec,
    Argument,
    Channel,
    Copied,
    Data,
    Event,
    Line,
    Opened,
    Opening,
    Origin,
    Place,
    Risk,
    Slot,
    Word,
)

URL, TEXT, NUMBER = Slot("url", "url"), Slot("text"), Slot("amount", "number")


def sources_of(said: str = "", screen: str = "", clipboard: str = "") -> Sources:
    sources = Sources()
    words: list[tuple[Channel, Data]] = [(Channel.USER, Opened(Opening.HOLD))]
    words += [(Channel.USER, Word(word)) for word in said.split()]
    if screen:
        words.append((Channel.SCREEN, Line(1, screen, Place(0, 0, 9, 9))))
    if clipboard:
        words.append((Channel.CLIPBOARD, Copied("text", clipboard, len(clipboard))))
    for n, (channel, data) in enumerate(words):
        sources.add(Event(n, channel, data, Origin.USER))
    return sources


def found(sources: Sources, slot: Slot, text: str, first_word: int = 0) -> Argument | str:
    spec = ActionSpec("act", "", Risk.LOOK, (slot,))
    spans, composed = traced(spec, {slot.name: text, "no_slot": "x"}, sources, (first_word, sources.word_count))
    if slot.name in composed:
        assert not spans
        return composed[slot.name]
    argument = sources.resolve(spans[slot.name])
    assert argument is not None
    return argument


def test_what_the_user_said_is_the_users() -> None:
    assert found(sources_of("write see you soon please"), TEXT, "see you soon") == Argument("see you soon", "user")


def test_what_was_improved_is_composed() -> None:
    assert found(sources_of("write see you soon"), TEXT, "See you soon!") == "See you soon!"


def test_a_spoken_value_is_the_same_value() -> None:
    sources = sources_of("open example dot com and scroll five times")
    assert found(sources, URL, "example.com") == Argument("example dot com", "user")
    assert found(sources, NUMBER, "5") == Argument("five", "user")
    assert found(sources, URL, "example.org") == "example.org"


def test_words_of_an_earlier_utterance_are_not_the_users_for_this_one() -> None:
    assert found(sources_of("hello world"), TEXT, "hello", first_word=1) == "hello"


def test_what_stands_on_a_channel_points_there() -> None:
    sources = sources_of("write it", screen="Order 4711 is ready", clipboard="meet at noon")
    assert found(sources, TEXT, "4711") == Argument("4711", "screen")
    assert found(sources, TEXT, "meet at noon") == Argument("meet at noon", "clipboard")
    assert found(sources, TEXT, "at no") == "at no"


def test_nothing_is_no_argument() -> None:
    assert traced(ActionSpec("act", "", Risk.LOOK, (TEXT,)), {"text": " "}, sources_of(), (0, 0)) == ({}, {})
