"""Output tokens become effects, and what breaks the grammar does not."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.reflex.columns import written
from model.reflex.decoder import Decoder, Grammar
from model.reflex.vocabulary import END, NONE, POINT, YIELD, Symbols
from model.stream.manners import style_token
from model.stream.sources import Sources
from model.stream.values import (
    Action,
    ActionSpec,
    ActionToken,
    Call,
    Channel,
    Effect,
    Event,
    Fill,
    Go,
    Hush,
    Manner,
    Origin,
    Outcome,
    Risk,
    Say,
    Seen,
    Slot,
    Span,
    Status,
    Step,
    Tick,
    Token,
    Word,
)

CATALOGUE = {
    "click": ActionSpec("click", "", Risk.REVERSIBLE, (Slot("target"), Slot("button", required=False))),
    "copy": ActionSpec("copy", "", Risk.REVERSIBLE),
}
SPAN = Span(Channel.USER, 0, 1)
SEEN = Seen(Tick(0, 5, 0.0))


def decode(decoder: Decoder, tokens: Sequence[ActionToken | None]) -> list[Effect]:
    return [effect for token in tokens for effect in decoder.decode(Step(SEEN, action=token))]


@pytest.fixture
def sources() -> Sources:
    sources = Sources()
    sources.add(Event(0, Channel.USER, Word("Submit"), Origin.USER))
    return sources


def test_a_sequence_becomes_an_action(sources: Sources) -> None:
    effects = decode(Decoder(sources, CATALOGUE), [Call("click"), None, Fill("target", SPAN), Go()])
    assert effects == [Action(1, "click", {"target": SPAN}, 5, 0, words=(0, 1), finished=False)]


def test_actions_follow_each_other_as_long_as_no_word_comes_between(sources: Sources) -> None:
    decoder = Decoder(sources, CATALOGUE)
    copy = [Call("copy"), Go()]
    decode(decoder, copy)
    (second,) = decode(decoder, copy)
    sources.add(Event(0, Channel.USER, Word("again"), Origin.USER))
    (third,) = decode(decoder, copy)
    assert isinstance(second, Action)
    assert isinstance(third, Action)
    assert (second.follows, third.follows) == (1, 0)


def test_go_waits_for_what_is_required(sources: Sources) -> None:
    decoder = Decoder(sources, CATALOGUE)
    assert decode(decoder, [Call("click"), Go()]) == []
    assert len(decode(decoder, [Fill("target", SPAN), Go()])) == 1


def test_words_and_pointers_become_a_phrase(sources: Sources) -> None:
    outcome = Event(0, Channel.OUTCOME, Outcome("click", Status.DONE, "Clicked Submit."), Origin.WORLD)
    item = sources.add(outcome)
    span = Span(Channel.OUTCOME, 0, None, getattr(item, "id", None))
    decoder = Decoder(sources, CATALOGUE)
    speech = [Token(9, "okay"), span, Token(END, "<end>")]
    effects = [effect for token in speech for effect in decoder.decode(Step(SEEN, speech=token))]
    assert effects == [Say("okay Clicked Submit.", (span,), last=True)]


def test_yielding_drops_the_phrase(sources: Sources) -> None:
    decoder = Decoder(sources, CATALOGUE)
    speech = [Token(9, "okay"), Token(YIELD, "<yield>"), Token(END, "<end>")]
    assert [effect for token in speech for effect in decoder.decode(Step(SEEN, speech=token))] == [Hush()]


def say(decoder: Decoder, *tokens: Token | Span) -> list[Effect]:
    return [effect for token in tokens for effect in decoder.decode(Step(SEEN, speech=token))]


ONE, TWO, END_TOKEN = Token(9, "one"), Token(10, "two"), Token(END, "<end>")


def test_a_style_token_holds_to_the_end_of_the_reply(sources: Sources) -> None:
    decoder = Decoder(sources, CATALOGUE)
    assert say(decoder, style_token(Manner.WHISPER), ONE, END_TOKEN) == [Say("one", last=True, manner=Manner.WHISPER)]
    assert say(decoder, ONE, END_TOKEN) == [Say("one", last=True)]


def test_a_style_token_parts_the_phrases_of_a_reply(sources: Sources) -> None:
    effects = say(Decoder(sources, CATALOGUE), ONE, style_token(Manner.FAST), TWO, style_token(Manner.SLOW), END_TOKEN)
    assert effects == [
        Say("one"),
        Say("two", manner=Manner.FAST),
        Say("", last=True, manner=Manner.SLOW),
    ]


def test_a_style_without_words_says_nothing(sources: Sources) -> None:
    assert say(Decoder(sources, CATALOGUE), style_token(Manner.BRIGHT), END_TOKEN) == []


@pytest.mark.parametrize(
    ("status", "manner"),
    [(Status.FIRED, Manner.BRIGHT), (Status.REFUSED, Manner.CALM), (Status.DONE, Manner.PLAIN)],
)
def test_an_outcome_is_said_as_it_is_meant_unless_the_mind_chooses(
    sources: Sources, status: Status, manner: Manner
) -> None:
    item = sources.add(Event(0, Channel.OUTCOME, Outcome("set_timer", status, "Time is up."), Origin.WORLD))
    span = Span(Channel.OUTCOME, 0, None, getattr(item, "id", None))
    decoder = Decoder(sources, CATALOGUE)
    assert say(decoder, span, END_TOKEN) == [Say("Time is up.", (span,), True, manner)]
    chosen = say(decoder, style_token(Manner.WHISPER), span, END_TOKEN)
    assert chosen == [Say("Time is up.", (span,), True, Manner.WHISPER)]


def test_a_style_token_is_no_word_to_the_reflex() -> None:
    symbols = Symbols((), (), ())
    assert written(Step(SEEN, speech=style_token(Manner.CALM)), symbols).speech == NONE
    assert written(Step(SEEN, speech=Token(POINT, "")), symbols).speech == POINT


TOKENS = st.one_of(
    st.sampled_from([Call("click"), Call("copy"), Call("format_disk"), Go()]),
    st.builds(Fill, st.sampled_from(["target", "button", "colour"]), st.just(SPAN)),
)


@given(st.lists(TOKENS, max_size=30))
def test_any_sequence_parses(tokens: list[ActionToken]) -> None:
    """Whatever a model writes, only declared actions with their required arguments, and no others, come out."""
    for effect in decode(Decoder(Sources(), CATALOGUE), tokens):
        assert isinstance(effect, Action)
        names = {slot.name for slot in CATALOGUE[effect.name].slots}
        required = {slot.name for slot in CATALOGUE[effect.name].slots if slot.required}
        assert required <= set(effect.spans) <= names


@given(st.lists(TOKENS, max_size=30))
def test_a_refused_token_changes_nothing(tokens: list[ActionToken]) -> None:
    grammar = Grammar(CATALOGUE)
    for token in tokens:
        before = grammar.open, dict(grammar.filled)
        if not grammar.accept(token):
            assert (grammar.open, dict(grammar.filled)) == before
