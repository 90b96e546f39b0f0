"""Which streams write, and when."""

from __future__ import annotations

from collections.abc import Iterable

from model.deliberation.deliberator import MAX_CALLS, MAX_SAID, MAX_THOUGHTS, Deliberator
from model.deliberation.phrase import Phrase, Stream
from model.stream.values import (
    ActionSpec,
    Channel,
    Data,
    Event,
    Line,
    Opened,
    Opening,
    Origin,
    Outcome,
    Pause,
    Place,
    Risk,
    Slot,
    Status,
    Word,
)

THINK, SAY, DO = Stream.THINK, Stream.SAY, Stream.DO


class ScriptedStreams:
    """What each stream writes is given, a phrase a step; one without anything left has nothing to write."""

    def __init__(self, **script: str) -> None:
        self.text = ""
        self.script = {Stream(name): text.split("|") for name, text in script.items()}
        self.grown: set[Stream] = set()
        self.is_ready = True

    @property
    def unread(self) -> int:
        return 0

    @property
    def length(self) -> int:
        return len(self.text)

    @property
    def begins(self) -> int:
        return 0

    @property
    def growing(self) -> frozenset[Stream]:
        return frozenset(self.grown)

    def append(self, pieces: Iterable[str]) -> None:
        self.text += "".join(pieces)

    @property
    def ready(self) -> bool:
        return self.is_ready

    def rewind(self, length: int) -> bool:
        self.text = self.text[:length]
        return True

    def grow(self, stream: Stream, grammar: str = "") -> None:
        assert ("set_clipboard" in grammar) == (stream is DO)
        self.grown.add(stream)

    def drop_all(self) -> None:
        self.grown.clear()

    def step(self) -> list[Phrase]:
        phrases = [self.next(stream) for stream in sorted(self.grown)]
        self.grown.clear()
        return phrases

    def next(self, stream: Stream) -> Phrase:
        left = self.script.get(stream, [])
        return Phrase(stream, left.pop(0), not left) if left else Phrase(stream, "", True)


def see(deliberator: Deliberator, *seen: Data, channel: Channel = Channel.USER) -> None:
    for data in seen:
        deliberator.see(Event(0, channel, data, Origin.USER))


def said(text: str) -> list[Data]:
    return [Opened(Opening.HOLD), *map(Word, text.split())]


def run(deliberator: Deliberator, steps: int = 50) -> list[tuple[Stream, str]]:
    phrases: list[Phrase] = []
    for _ in range(steps):
        if not deliberator.busy:
            break
        phrases += deliberator.step()
    assert not deliberator.busy
    return [(phrase.stream, phrase.text) for phrase in phrases if phrase.text]


def test_without_the_floor_it_thinks_while_the_user_speaks_and_says_nothing() -> None:
    deliberator = Deliberator(ScriptedStreams(think="a capital", say="Paris"))
    assert not deliberator.busy
    see(deliberator, *said("what is the capital"))
    assert run(deliberator) == [(THINK, "a capital")]
    see(deliberator, Pause())
    assert run(deliberator) == []


def test_with_the_floor_it_thinks_and_speaks_at_once() -> None:
    streams = ScriptedStreams(think="they ask|they wait", say="Paris is|the capital")
    deliberator = Deliberator(streams)
    see(deliberator, *said("what is the capital"), Pause())
    deliberator.floor()
    assert run(deliberator) == [(SAY, "Paris is"), (THINK, "they ask"), (SAY, "the capital"), (THINK, "they wait")]
    assert streams.text.endswith("self: Paris is\nthink: they ask\nself: the capital\nthink: they wait\n")


def test_nothing_is_said_into_a_sentence_of_the_users() -> None:
    deliberator = Deliberator(ScriptedStreams(say="Paris"))
    see(deliberator, *said("what is"))
    deliberator.floor()
    assert run(deliberator) == []
    see(deliberator, Word("it"), Pause())
    assert run(deliberator) == [(SAY, "Paris")]


def test_it_thinks_on_until_what_it_said_was_heard() -> None:
    streams = ScriptedStreams(say="Paris")
    deliberator = Deliberator(streams)
    see(deliberator, *said("what is the capital"), Pause())
    deliberator.floor()
    assert run(deliberator) == [(SAY, "Paris")]
    assert not deliberator.has_floor
    streams.script[THINK] = ["they may ask for more"]
    see(deliberator, Line(1, "news", Place(0, 0, 1, 1)), channel=Channel.SCREEN)
    assert run(deliberator) == [(THINK, "they may ask for more")]
    deliberator.heard()
    streams.script[THINK] = ["nobody asked"]
    see(deliberator, Line(1, "more news", Place(0, 0, 1, 1)), channel=Channel.SCREEN)
    assert run(deliberator) == []


CALL = '{"action": "set_clipboard", "text": "a poem"}'
DONE = Outcome("set_clipboard", Status.DONE, "It is on the clipboard.")
TOOLS = tuple(
    ActionSpec(name, description, Risk.REVERSIBLE, (Slot("text"),), (description,))
    for name, description in {
        "set_clipboard": "Put a text on the clipboard",
        "add_note": "Write down a note",
        "open_app": "Start a program",
    }.items()
)


def test_without_tools_it_does_nothing() -> None:
    streams = ScriptedStreams(do=CALL)
    quiet = Deliberator(streams)
    quiet.floor()
    assert run(quiet) == []
    assert "tool:" not in streams.text


def test_it_is_shown_the_tools_that_may_be_wanted_behind_its_first_words() -> None:
    streams = ScriptedStreams(say="of course")
    deliberator = Deliberator(streams, TOOLS)
    see(deliberator, *said("note this"), Pause())
    deliberator.floor()
    run(deliberator)
    lines = streams.text.splitlines()
    assert lines[2] == "self: of course"
    assert lines[3:] == [
        "tool: set_clipboard(text): Put a text on the clipboard",
        "tool: add_note(text): Write down a note",
    ]
    see(deliberator, *said("start a note program"), Pause())
    deliberator.floor()
    run(deliberator)
    assert streams.text.count("tool: add_note") == 1
    assert streams.text.count("tool: open_app") == 1


def test_where_much_is_unread_the_tools_still_wait_for_its_first_words() -> None:
    streams = ScriptedStreams(say="of course")
    deliberator = Deliberator(streams, TOOLS)
    see(deliberator, *said("note this"), Pause())
    deliberator.floor()
    streams.is_ready = False
    deliberator.step()
    assert "tool:" not in streams.text
    streams.is_ready = True
    run(deliberator)
    assert streams.text.index("self:") < streams.text.index("tool:")


def test_an_action_keeps_the_floor_until_its_outcome_is_spoken_of() -> None:
    streams = ScriptedStreams(do=CALL)
    deliberator = Deliberator(streams, TOOLS)
    see(deliberator, *said("write a poem"), Pause())
    deliberator.floor()
    assert run(deliberator) == [(DO, CALL)]
    assert deliberator.has_floor
    streams.script[SAY] = ["it is written"]
    for other in (
        Outcome("set_timer", Status.FIRED, "Time is up."),
        Outcome("set_clipboard", Status.ASKS, "Shall I?"),
    ):
        see(deliberator, other, channel=Channel.OUTCOME)
        assert run(deliberator) == []
    see(deliberator, Word("yes"), Pause())
    assert run(deliberator) == []
    see(deliberator, DONE, channel=Channel.OUTCOME)
    assert run(deliberator) == [(SAY, "it is written")]
    assert not deliberator.has_floor


def test_an_action_that_was_given_up_is_not_written_down_as_done() -> None:
    streams = ScriptedStreams(say="i will", do=CALL)
    deliberator = Deliberator(streams, TOOLS)
    see(deliberator, *said("write a poem"), Pause())
    deliberator.floor()
    run(deliberator)
    assert "do: " in streams.text
    deliberator.hush("")
    assert "do: " not in streams.text


def test_what_is_half_written_when_the_next_question_comes_is_dropped() -> None:
    streams = ScriptedStreams(say="i will")
    deliberator = Deliberator(streams)
    streams.grow(SAY)
    deliberator.floor()
    assert streams.growing == frozenset()


def test_half_an_action_is_none() -> None:
    deliberator = Deliberator(ScriptedStreams(do=CALL[:-3]), TOOLS)
    see(deliberator, *said("write a poem"), Pause())
    deliberator.floor()
    assert run(deliberator) == []
    assert not deliberator.has_floor


def test_a_reply_has_so_many_actions_and_no_more() -> None:
    streams = ScriptedStreams(do="|".join([CALL] * (MAX_CALLS + 2)))
    deliberator = Deliberator(streams, TOOLS)
    see(deliberator, *said("write a poem"), Pause())
    deliberator.floor()
    for _ in range(MAX_CALLS):
        assert run(deliberator) == [(DO, CALL)]
        see(deliberator, DONE, channel=Channel.OUTCOME)
    assert run(deliberator) == []
    assert not deliberator.has_floor


def test_tools_that_were_taken_back_with_an_answer_are_shown_again() -> None:
    streams = ScriptedStreams(say="a|b")
    deliberator = Deliberator(streams, TOOLS)
    see(deliberator, *said("note this"), Pause())
    deliberator.floor()
    run(deliberator)
    deliberator.hush("")
    assert "tool:" not in streams.text
    see(deliberator, *said("note this"), Pause())
    deliberator.floor()
    run(deliberator)
    assert streams.text.count("tool: add_note") == 1


def test_thoughts_are_bounded_until_something_changes() -> None:
    deliberator = Deliberator(ScriptedStreams(think="|".join("a" * 99)))
    see(deliberator, *said("hm"))
    assert len(run(deliberator)) == MAX_THOUGHTS
    see(deliberator, Word("well"))
    assert len(run(deliberator)) == MAX_THOUGHTS


def test_of_a_reply_that_was_interrupted_only_what_was_heard_is_kept() -> None:
    streams = ScriptedStreams(think="I tell them|and more", say="rain is water|that falls|from clouds")
    deliberator = Deliberator(streams)
    see(deliberator, *said("explain rain"), Pause())
    deliberator.floor()
    run(deliberator)
    see(deliberator, Line(1, "News", Place(0, 0, 1, 1)), channel=Channel.SCREEN)
    deliberator.hush("rain is water that")
    after = streams.text.partition("pause:\n")[2]
    assert after == (
        "self: rain is water\nthink: I tell them\nself: that — (interrupted)\nthink: and more\nscreen: News\n"
    )
    assert run(deliberator) == []


def test_what_is_seen_after_an_interruption_gets_a_line_of_its_own() -> None:
    streams = ScriptedStreams(say="rain is water")
    deliberator = Deliberator(streams)
    see(deliberator, *said("explain rain"), Pause())
    deliberator.floor()
    run(deliberator)
    see(deliberator, Word("wait"))
    deliberator.hush("rain is")
    see(deliberator, Line(1, "hostile", Place(0, 0, 1, 1)), channel=Channel.SCREEN)
    see(deliberator, Word("stop"), Pause())
    assert streams.text.endswith(
        "pause:\nself: rain is — (interrupted)\nuser: wait\nscreen: hostile\nuser: stop\npause:\n"
    )


def test_the_floor_is_given_back_with_the_last_word() -> None:
    streams = ScriptedStreams(say="done", think="|".join("a" * 99))
    deliberator = Deliberator(streams)
    see(deliberator, *said("go on"), Pause())
    deliberator.floor()
    run(deliberator)
    streams.script[SAY] = ["unasked"]
    see(deliberator, *said("open the door"), Pause())
    assert (SAY, "unasked") not in run(deliberator)


def test_a_reply_without_end_is_ended() -> None:
    deliberator = Deliberator(ScriptedStreams(say="|".join("a" * 99)))
    deliberator.floor()
    phrases: list[Phrase] = []
    while deliberator.busy:
        phrases += [phrase for phrase in deliberator.step() if phrase.stream is SAY]
    assert len(phrases) == MAX_SAID
    assert [phrase.last for phrase in phrases] == [False] * (MAX_SAID - 1) + [True]


def test_who_was_not_heard_at_all_said_nothing() -> None:
    streams = ScriptedStreams(say="rain is water")
    deliberator = Deliberator(streams)
    see(deliberator, *said("explain rain"), Pause())
    deliberator.floor()
    run(deliberator)
    deliberator.hush("")
    assert streams.text.endswith("pause:\nself: (interrupted)\n")


def test_a_reply_that_was_heard_whole_stays() -> None:
    streams = ScriptedStreams(say="rain is water")
    deliberator = Deliberator(streams)
    deliberator.floor()
    run(deliberator)
    deliberator.hush("rain is water")
    assert streams.text.endswith("self: rain is water\n")
