"""From heard words to typed text: punctuation, corrections, spelling, and who gets the words."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.bodies import Done, Halted, Refused
from actions.dictation import Composer, Dictation, Edit, End, Erase, Type
from model.stream.values import Channel, ChannelClosed, Data, Event, Opened, Opening, Origin, Pause, Word
from tests.unit.actions.test_builtin import Rig, StopSignal


def typed(edits: list[Edit]) -> str:
    text = ""
    for edit in edits:
        match edit:
            case Type(text=more):
                text += more
            case Erase(count=count):
                assert count <= len(text)
                text = text[: len(text) - count]
            case End():
                text += "<end>"
    return text


def dictate(spoken: str, *names: str) -> str:
    """`|` is a pause; there is one at the end."""
    composer = Composer(names)
    edits: list[Edit] = []
    for phrase in spoken.split("|"):
        for word in phrase.split():
            edits += composer.take(word)
        edits += composer.pause()
    return typed(edits)


@pytest.mark.parametrize(
    ("spoken", "text"),
    [
        ("hello world period how are you question mark", "Hello world. How are you?"),
        ("dear ann comma new line thank you for new york", "Dear ann,\nThank you for new york"),
        ("first new paragraph second", "First\n\nSecond"),
        ("i think i'm late", "I think I'm late"),
        ("mister cap smith says all caps no", "Mister Smith says NO"),
        ("write to ann at sign example dot org", "Write to ann@example.org"),
        ("he said open quote yes close quote and left", 'He said "yes" and left'),
        ("well dash known hyphen good", "Well – known-good"),
        ("key no space board", "Keyboard"),
        ("the word literal comma is one", "The word comma is one"),
        ("one two|scratch that three", "Three"),
        ("one two|three|scratch that|scratch that|four", "Four"),
        ("one|two scratch that three", "One three"),
        ("scratch that|hello", "Hello"),
        ("spell a b. bravo two space x|done", "abb2 x done"),
        ("ask miss o'neil about ambidex", "Ask miss O'Neil about AmbiDex"),
        ("all|no|new|full", "All no new full"),
        ("hello stop dictation", "Hello<end>"),
    ],
)
def test_what_is_said_is_written(spoken: str, text: str) -> None:
    assert dictate(spoken, "O'Neil", "AmbiDex") == text


COMMANDS = "hello new line scratch that cap all caps no space spell b comma period open quote literal i question mark"


@given(st.lists(st.sampled_from(COMMANDS.split()) | st.just("|"), max_size=40))
def test_nothing_is_lost_or_erased_that_was_not_typed(spoken: list[str]) -> None:
    composer = Composer()
    text = ""
    for word in spoken:
        for edit in composer.pause() if word == "|" else composer.take(word):
            text = text + edit.text if isinstance(edit, Type) else text
            if isinstance(edit, Erase):
                assert edit.count <= len(text)
                text = text[: len(text) - edit.count]
    composer.pause()
    assert composer.held == ""
    assert "  " not in text


@given(st.lists(st.text("abcxyz", min_size=3, max_size=8), min_size=1, max_size=20))
def test_ordinary_words_come_through_in_order(spoken: list[str]) -> None:
    text = dictate(" ".join(spoken))
    assert text.casefold() == " ".join(spoken)


# The words' way ---------------------------------------------------------------------------------------------------


def said(data: Data) -> Event:
    return Event(0, Channel.USER, data, Origin.USER)


def test_words_are_taken_only_while_it_is_on_and_never_typed_ones() -> None:
    dictation = Dictation()
    assert not dictation.hear(said(Word("before")))
    with dictation.on():
        assert not dictation.hear(said(Opened(Opening.TOGGLE)))
        assert dictation.hear(said(Word("taken")))
        assert dictation.hear(said(Pause()))
        assert not dictation.hear(said(Opened(Opening.TYPED)))
        assert not dictation.hear(said(Word("stop")))
        assert not dictation.hear(said(ChannelClosed()))
        assert dictation.hear(said(Word("again")))
        assert not dictation.hear(Event(0, Channel.SELF, Pause(), Origin.SELF))
    assert not dictation.hear(said(Word("after")))


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def take_down(rig: Rig, spoken: str, stop: StopSignal | None = None) -> object:
    """Run the action while somebody speaks; `|` is a pause."""
    results: list[object] = []
    stop = stop or StopSignal()
    thread = threading.Thread(target=lambda: results.append(rig.run("start_dictation", stop)))
    thread.start()
    while not rig.dictation.hear(said(Pause())) and thread.is_alive():
        pass
    for word in spoken.split():
        rig.dictation.hear(said(Pause() if word == "|" else Word(word)))
    thread.join(10)
    assert not thread.is_alive()
    return results[0]


def test_types_until_it_is_told_to_stop_and_can_be_taken_back(rig: Rig) -> None:
    result = take_down(rig, "hello | oops | scratch that my world period | stop dictation")
    assert isinstance(result, Done)
    assert result.text == "Dictation is over: 3 words."
    assert rig.hands.text == "Hello my world."
    assert result.undo is not None
    result.undo(StopSignal())
    assert rig.hands.text == ""


def test_knows_the_users_names(rig: Rig) -> None:
    rig.run("list_add", item="Łukasz", list="names")
    take_down(rig, "ask łukasz | end dictation")
    assert rig.hands.text == "Ask Łukasz"


def test_ends_when_everything_is_stopped(rig: Rig) -> None:
    stop = StopSignal()
    rig.hands.before_stroke = lambda: stop.set() if len(rig.hands.done) == 2 else None
    assert isinstance(take_down(rig, "hello world |", stop), Halted)
    assert rig.hands.text == "He"


def test_erases_nothing_in_another_window(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    type_text = rig.hands.type_text

    def type_and_look_away(text: str, stop: StopSignal) -> int:
        count = type_text(text, stop)
        rig.hands.focus = 2
        return count

    rig.hands.texts[2] = "precious"
    monkeypatch.setattr(rig.hands, "type_text", type_and_look_away)
    take_down(rig, "hello | scratch that | stop dictation")
    assert rig.hands.texts == {1: "Hello", 2: "precious"}


def test_needs_a_window(rig: Rig) -> None:
    rig.hands.focus = None
    assert isinstance(rig.run("start_dictation"), Refused)
    assert isinstance(rig.run("stop_dictation"), Done)


def test_what_was_heard_uncertainly_waits_for_the_next_word() -> None:
    composer = Composer()
    assert typed(composer.take("hello")) == "Hello"
    assert composer.take("whirled", sure=False) == []
    assert composer.held == "whirled"
    assert typed(composer.take("again")) == " whirled again"
    assert composer.take("perhaps", sure=False) == []
    assert typed(composer.pause()) == " perhaps"
