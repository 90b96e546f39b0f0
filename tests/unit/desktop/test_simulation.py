"""A request in simulated time: the timing of a scene, and outputs of a scripted mind through the real executor."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import pytest

from desktop.minds import shipped_catalogue
from desktop.outputs import Output
from desktop.simulation import (
    MS,
    Scene,
    SimulatedVoice,
    Simulator,
    dry_executor,
    last_word_ms,
    lines_of,
    present,
    spoken,
)
from model.reflex.vocabulary import CLOSED, END
from model.stream.values import (
    Call,
    Channel,
    ChannelClosed,
    Copied,
    Event,
    Fill,
    Gesture,
    Go,
    Line,
    Opened,
    Pause,
    Played,
    Say,
    Seen,
    Silenced,
    Span,
    Step,
    Token,
    Tone,
    Word,
)


class WholeWords:
    """Stands in for the tokenizer: every word is one piece."""

    def encode(self, text: str) -> tuple[tuple[int, str], ...]:
        return ((500, text),)


class ScriptedMind:
    """Thinks at the first word; once the channel closes it writes its script, one step a tick."""

    def __init__(self, script: Sequence[Step], restless: bool = False) -> None:
        self._script = script
        self._restless = restless
        self.heard: list[str] = []
        self.reset()

    def reset(self) -> None:
        self._left: deque[Step] = deque()
        self._thought = False

    def step(self, seen: Seen) -> Step:
        if seen.self_ is not None:
            self.heard.append(seen.self_.text)
        if seen.user is not None and seen.user.id == CLOSED:
            self._left.extend(self._script)
        if seen.word is not None and not self._thought:
            self._thought = True
            return Step(seen, thought=Token(7, "type_text"))
        step = self._left.popleft() if self._left else Step(seen)
        return replace(step, seen=seen, busy=bool(self._left) or self._restless)


NOTHING = Seen.__new__(Seen)  # replaced in every step
TYPE_HELLO = (
    Step(NOTHING, action=Call("type_text")),
    Step(NOTHING, action=Fill("text", Span(Channel.USER, 1, 3))),
    Step(NOTHING, action=Go(), gesture=Gesture("nod")),
    Step(NOTHING, speech=Token(9, "done")),
    Step(NOTHING, speech=Token(END, "<end>")),
)


def play(scene: Scene, script: Sequence[Step], restless: bool = False) -> tuple[list[Output], ScriptedMind]:
    catalogue = shipped_catalogue()
    mind = ScriptedMind(script, restless)
    simulator = Simulator(mind, WholeWords(), catalogue, dry_executor(catalogue))  # type: ignore[arg-type]
    return simulator.run(scene), mind


def test_every_output_is_told_with_its_time_and_provenance() -> None:
    outputs, _ = play(Scene(("type", "hello", "world")), TYPE_HELLO)
    rows = [output.to_json() for output in outputs]
    assert [row["channel"] for row in rows] == ["thought", "gesture", "action", "speech"]
    thought, gesture, action, speech = rows
    assert thought == {"t_ms": 300, "channel": "thought", "text": "type_text"}
    assert gesture["text"] == "nod"
    assert action["action"] == "type_text"
    assert action["args"] == {"text": "hello world"}
    assert action["provenance"] == {"text": "user"}
    assert action["policy"] == "allow"
    assert action["status"] == "dry_run"
    assert speech["text"] == "done"
    assert speech["t_ms"] >= action["t_ms"] > 900


def test_one_simulator_plays_many_scenes_alike() -> None:
    catalogue = shipped_catalogue()
    simulator = Simulator(ScriptedMind(TYPE_HELLO), WholeWords(), catalogue, dry_executor(catalogue))  # type: ignore[arg-type]
    scene = Scene(("type", "a", "b"), lines_of("File\nEdit"), "x")
    assert simulator.run(scene) == simulator.run(scene)


def test_the_mind_hears_what_it_says() -> None:
    _, mind = play(Scene(("hello",)), (Step(NOTHING, speech=Token(9, "done")), Step(NOTHING, speech=Token(END, ""))))
    assert mind.heard == ["done", "<pause>"]


def test_a_mind_that_never_rests_is_stopped() -> None:
    outputs, _ = play(Scene(("hello",)), (), restless=True)
    assert [output.channel for output in outputs] == [Channel.THOUGHT]


def test_what_was_there_before_is_no_news() -> None:
    scene = Scene(("open", "it"), lines_of("File  \n\n Edit"), "https://example.org")
    data = [event.data for event in present(scene)]
    assert [type(each) for each in data] == [Line, Line, Copied]
    assert [each.text for each in data if isinstance(each, Line)] == ["File", "Edit"]
    assert [each.kind for each in data if isinstance(each, Copied)] == ["url"]


def test_words_come_at_speaking_rate_between_opening_and_closing() -> None:
    scene = Scene(("open", "it"))
    events = spoken(scene)
    assert [event.t_ns for event in events] == sorted(event.t_ns for event in events)
    said = [event for event in events if event.channel is Channel.USER]
    assert [type(event.data) for event in said] == [Opened, Word, Word, Pause, ChannelClosed]
    assert [event.t_ns // MS for event in said[:3]] == [0, 300, last_word_ms(scene)]
    voiced = [event.t_ns for event in events if isinstance(event.data, Tone) and event.data.silence_ms == 0]
    assert len(voiced) == 8


def test_the_screen_stands_in_the_field_and_can_be_pointed_at() -> None:
    script = (
        Step(NOTHING, action=Call("set_clipboard")),
        Step(NOTHING, action=Fill("text", Span(Channel.SCREEN, 0, None, 2))),
        Step(NOTHING, action=Go()),
    )
    outputs, _ = play(Scene(("copy", "that"), lines_of("File\nEdit")), script)
    assert outputs[-1].args == {"text": "Edit"}
    assert outputs[-1].provenance == {"text": "screen"}


class TestSimulatedVoice:
    """Says words in time, and no more of them once hushed."""

    @pytest.fixture
    def posted(self) -> list[Event]:
        return []

    @pytest.fixture
    def voice(self, posted: list[Event]) -> SimulatedVoice:
        return SimulatedVoice(posted.append)

    def test_phrases_follow_one_another(self, voice: SimulatedVoice, posted: list[Event]) -> None:
        voice.say(Say("one two"), 0)
        voice.say(Say("three", last=True), 0)
        assert [event.t_ns // MS for event in posted] == [350, 700, 1050, 1050]
        assert posted[-1].data == Silenced(cut=False)

    def test_what_was_cut_off_is_withdrawn_and_named(self, voice: SimulatedVoice, posted: list[Event]) -> None:
        voice.say(Say("one two three", last=True), 0)
        voice.hush(400 * MS)
        voice.say(Say("four"), 400 * MS)
        heard = [event.data for event in posted if not voice.withdrawn(event)]
        assert heard == [Played("one"), Silenced(cut=True, unsaid="two three"), Played("four")]

    def test_a_hush_in_silence_is_nothing(self, voice: SimulatedVoice, posted: list[Event]) -> None:
        voice.hush(5)
        assert posted == []
