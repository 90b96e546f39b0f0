"""A trace as people read it."""

from __future__ import annotations

from desktop.transcript import transcribe
from model.stream.trace import Trace, step_to_json
from model.stream.values import (
    Call,
    Channel,
    ChannelClosed,
    Copied,
    Data,
    Event,
    Fill,
    Go,
    Line,
    Opened,
    Opening,
    Origin,
    Outcome,
    Place,
    Played,
    Seen,
    Silenced,
    Span,
    Status,
    Step,
    Tick,
    Token,
    Window,
    Word,
)

S = 1_000_000_000


def at(t_s: float, data: Data) -> Event:
    return Event(int(t_s * S), Channel.USER, data, Origin.USER)


def written(*events: Event, steps: tuple[Step, ...] = ()) -> list[str]:
    trace = Trace({}, events, tuple(step_to_json(step, 0) for step in steps))
    return transcribe(trace).splitlines()


def test_an_empty_trace_has_an_empty_transcript():
    assert written() == []


def test_words_of_one_utterance_and_of_one_reply_stand_on_one_line_each():
    assert written(
        at(10, Opened(Opening.HOLD)),
        at(11, Word("type")),
        at(11.5, Word("hello")),
        at(12, ChannelClosed()),
        at(12.25, Played("Typed")),
        at(12.5, Played("hello.")),
        at(13, Silenced(cut=False)),
    ) == [
        "   0.00 s  user      [listening: hold]",
        "   1.00 s  user      type hello",
        "   2.25 s  self      Typed hello.",
    ]


def test_a_reply_that_was_cut_off_shows_what_was_not_said():
    lines = written(at(1, Played("It")), at(2, Silenced(cut=True, unsaid="is nine.")))
    assert lines == ["   0.00 s  self      It [cut off before: is nine.]"]


def test_words_that_the_trace_ends_in_are_not_lost():
    assert written(at(1, Word("type"))) == ["   0.00 s  user      type"]


def test_outcomes_and_windows_are_shown_and_the_clipboards_text_is_not():
    lines = written(
        at(1, Window("Notes", "editor")),
        at(1, Copied("text", "my secret", 9)),
        at(1, Line(1, "Submit", Place(0, 0, 10, 10))),
        at(2, Outcome("click", Status.DONE, "Clicked Submit.")),
    )
    assert lines == [
        "   0.00 s  screen    [window: Notes]",
        "   0.00 s  clipboard [text, 9 bytes]",
        "   1.00 s  outcome   click done: Clicked Submit.",
    ]


def test_a_thought_and_an_action_stand_between_the_words_they_came_with():
    ticks = [Seen(Tick(index, index * S, 0.0)) for index in range(5)]
    steps = (
        Step(ticks[1], thought=Token(5, "type_text")),
        Step(ticks[2], action=Call("type_text")),
        Step(ticks[3], action=Fill("text", Span(Channel.USER, 1, 3))),
        Step(ticks[4], action=Go()),
    )
    assert written(at(0, Opened(Opening.HOLD)), steps=steps) == [
        "   0.00 s  user      [listening: hold]",
        "   1.00 s  thought   type_text",
        "   2.00 s  action    type_text text=<user>",
    ]
