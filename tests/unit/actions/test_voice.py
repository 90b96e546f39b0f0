"""The voice on a tape: what is heard, what is reported, and what a hush leaves unsaid. No device, no waiting."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from actions.synthesiser import Chunk, Style
from actions.voice import BLOCK_S, DUCKED_GAIN, PATIENCE_BLOCKS, Voice
from model.stream.errors import BadSettings, ModelFailed
from model.stream.values import Channel, Event, Hush, Manner, Origin, Played, Say, Silenced, Sounding, Tick
from tests.unit.actions.tape import Tape

SAMPLE_RATE = 1000
WORD_BLOCKS = 5
WORD_SAMPLES = int(WORD_BLOCKS * BLOCK_S * SAMPLE_RATE)
LOUDNESS = 1000
UNSPEAKABLE_WPM = 99
TICK = Tick(0, 0, 0.0)


class Hum:
    """A synthesiser whose every word is the same hum, 100 ms long."""

    sample_rate = SAMPLE_RATE

    def __init__(self) -> None:
        self.styles: list[Style] = []
        self.n_made = 0

    def synthesise(self, text: str, style: Style) -> Iterator[Chunk]:
        self.styles.append(style)
        if style.voice:
            raise BadSettings("There is no such voice.")
        if style.rate_wpm == UNSPEAKABLE_WPM:
            raise ModelFailed("The library is gone.")
        for found in re.finditer(r"\S+", text):
            word = found[0]
            self.n_made += 1
            yield Chunk(np.full(WORD_SAMPLES, LOUDNESS, np.int16), ((0, word),))


@dataclass
class Stage:
    """A voice, its tape, and what it reported; `play` runs it until it has fallen silent `replies` times."""

    style: Style = field(default_factory=Style)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tape = Tape(SAMPLE_RATE)
        self.hum = Hum()
        self.stop = threading.Event()
        self.sounding: list[Sounding] = []
        self.after_reply: Callable[[], object] = lambda: None
        self.voice = Voice(
            self._post,
            self.tape.now_ns,
            self.hum,
            self.tape,
            style=self.style,
            wait=self.tape.wait,
        )
        self.voice.on_playing(self.sounding.append)

    def say(self, text: str, *, last: bool = True) -> None:
        self.voice.submit(Say(text, last=last), TICK)

    def play(self, replies: int = 1) -> None:
        self._replies_to_come = replies
        self.voice.run(self.stop)

    @property
    def heard(self) -> list[str]:
        return [event.data.text for event in self.events if isinstance(event.data, Played)]

    @property
    def silences(self) -> list[Silenced]:
        return [event.data for event in self.events if isinstance(event.data, Silenced)]

    def _post(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event.data, Silenced):
            self.after_reply()
            self._replies_to_come -= 1
            if self._replies_to_come == 0:
                self.stop.set()


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_every_word_is_reported_when_it_is_heard(stage: Stage) -> None:
    stage.say("one two three")
    stage.play()
    times_ms = [event.t_ns / 1e6 for event in stage.events]
    assert stage.heard == ["one", "two", "three"]
    assert times_ms == [0, 100, 200, pytest.approx(300, abs=BLOCK_S * 1000)]
    assert {(event.channel, event.origin) for event in stage.events} == {(Channel.SELF, Origin.SELF)}


def test_a_reply_ends_in_one_silence_with_nothing_unsaid(stage: Stage) -> None:
    stage.say("one two")
    assert stage.voice.speaking()
    stage.play()
    assert stage.silences == [Silenced(cut=False)]
    assert not stage.voice.speaking()


def test_the_phrases_of_a_reply_are_said_without_falling_silent_between_them(stage: Stage) -> None:
    stage.say("one two", last=False)
    stage.say("three")
    stage.play()
    assert stage.heard == ["one", "two", "three"]
    assert stage.voice.last_said() == "one two three"
    assert len(stage.silences) == 1


def test_a_reply_that_is_never_finished_is_waited_for_and_then_over(stage: Stage) -> None:
    stage.say("one", last=False)
    stage.play()
    assert stage.silences == [Silenced(cut=False)]
    assert len(stage.tape.blocks) == pytest.approx(WORD_BLOCKS + PATIENCE_BLOCKS, abs=4)


def test_a_reply_may_be_ended_by_an_empty_phrase(stage: Stage) -> None:
    stage.say("one", last=False)
    stage.say("")
    stage.play()
    assert len(stage.tape.blocks) < WORD_BLOCKS + PATIENCE_BLOCKS


def test_a_reply_without_words_opens_no_loudspeaker(stage: Stage) -> None:
    stage.say(" \n ")
    stage.play()
    assert stage.tape.blocks == []
    assert stage.silences == [Silenced(cut=False)]


def test_a_hush_fades_out_at_once_and_tells_what_was_left_unsaid(stage: Stage) -> None:
    stage.say("one two three four")
    stage.say("five six")
    stage.tape.at[7] = stage.voice.hush
    stage.play()
    sound_blocks = len(np.flatnonzero(stage.tape.sound)) / (BLOCK_S * SAMPLE_RATE)
    assert sound_blocks == pytest.approx(8.9, abs=0.2)  # the block being written, and one that fades
    assert stage.heard == ["one", "two"]
    assert stage.silences == [Silenced(cut=True, unsaid="three four five six")]


def test_the_fade_has_no_click(stage: Stage) -> None:
    stage.say("one two three four")
    stage.tape.at[7] = stage.voice.hush
    stage.play()
    steps = np.abs(np.diff(stage.tape.sound.astype(int)))
    assert steps.max() < LOUDNESS / 10


def test_a_hush_at_once_drops_what_the_sound_system_holds(stage: Stage) -> None:
    stage.say("one two three four")
    stage.tape.at[7] = lambda: stage.voice.hush(at_once=True)
    stage.play()
    assert stage.tape.rests == 1
    assert len(stage.tape.blocks) == 8  # the one being written was the last
    assert stage.silences == [Silenced(cut=True, unsaid="three four")]


def test_what_is_said_after_a_hush_is_a_reply_of_its_own(stage: Stage) -> None:
    def interrupt() -> None:
        stage.voice.submit(Hush(), TICK)
        stage.say("sorry")

    stage.say("one two three", last=False)
    stage.say("four")
    stage.tape.at[2] = interrupt
    stage.play(replies=2)
    assert stage.heard == ["one", "sorry"]
    assert stage.silences == [Silenced(cut=True, unsaid="two three four"), Silenced(cut=False)]
    assert stage.voice.last_said() == "sorry"


@pytest.mark.parametrize("new_reply", ["sorry", ""])
def test_a_hush_before_the_first_sound_makes_no_sound(stage: Stage, new_reply: str) -> None:
    stage.say("one two")
    stage.voice.hush()
    if new_reply:
        stage.say(new_reply)
    stage.play(replies=2 if new_reply else 1)
    assert stage.heard == ([new_reply] if new_reply else [])
    assert stage.silences[0] == Silenced(cut=True, unsaid="one two")


def test_a_hush_while_the_next_phrase_is_waited_for_ends_the_reply(stage: Stage) -> None:
    stage.say("one", last=False)
    stage.tape.at[WORD_BLOCKS + 2] = stage.voice.hush
    stage.play()
    assert stage.silences == [Silenced(cut=True)]
    assert len(stage.tape.blocks) < WORD_BLOCKS + PATIENCE_BLOCKS


def test_the_voice_is_lowered_and_raised_without_a_click(stage: Stage) -> None:
    stage.say("one two three four")
    stage.tape.at[3] = stage.voice.duck
    stage.tape.at[12] = stage.voice.unduck
    stage.play()
    sound = stage.tape.sound.astype(int)
    assert sound[8 * 20] == pytest.approx(LOUDNESS * DUCKED_GAIN, rel=0.01)
    assert sound[15 * 20] == LOUDNESS
    assert np.abs(np.diff(sound[: 18 * 20])).max() < LOUDNESS / 10


def test_a_lowered_voice_speaks_its_next_reply_aloud(stage: Stage) -> None:
    stage.say("one")
    stage.say("two")
    stage.tape.at[1] = stage.voice.duck
    stage.play(replies=2)
    assert stage.tape.sound.max() == LOUDNESS
    assert stage.tape.sound[np.flatnonzero(stage.tape.sound)[-1]] == LOUDNESS


@pytest.mark.parametrize("lost_after", [0, 7])
def test_without_a_loudspeaker_the_words_go_on_in_the_same_time(
    stage: Stage, lost_after: int, announce: Callable[[str], None]
) -> None:
    announce("cannot be heard: The loudspeaker was unplugged")
    stage.tape.lost_after = lost_after
    stage.say("one two three")
    stage.play()
    assert stage.heard == ["one", "two", "three"]
    assert stage.events[-1].t_ns / 1e6 == pytest.approx(300, abs=50)
    assert stage.voice.fault == "The loudspeaker was unplugged."


def test_a_loudspeaker_that_comes_back_is_used_again(stage: Stage, announce: Callable[[str], None]) -> None:
    announce("cannot be heard")
    stage.tape.lost_after = 3
    stage.say("one")
    stage.say("two")
    stage.after_reply = lambda: setattr(stage.tape, "lost_after", None)
    stage.play(replies=2)
    assert len(stage.tape.blocks) > WORD_BLOCKS
    assert stage.voice.fault == ""


def test_a_voice_that_does_not_exist_is_said_once_and_the_usual_one_speaks(announce: Callable[[str], None]) -> None:
    announce("There is no such voice. Until then the usual one speaks.")
    stage = Stage(Style(voice="nobody"))
    stage.say("one two")
    stage.say("three")
    stage.play(replies=2)
    assert stage.heard == ["one", "two", "three"]
    assert stage.silences == [Silenced(cut=False)] * 2


def test_a_voice_that_fails_is_a_fault_and_not_the_end(announce: Callable[[str], None]) -> None:
    announce("The library is gone")
    stage = Stage(Style(rate_wpm=UNSPEAKABLE_WPM))
    stage.say("one two")
    stage.play()
    assert stage.voice.fault == "The library is gone."
    assert stage.silences == [Silenced(cut=True, unsaid="one two")]
    assert not stage.voice.speaking()


def give_way(stage: Stage) -> None:
    """What the mind does when somebody talks over the voice."""
    stage.voice.submit(Hush(), TICK)


def test_the_voice_goes_on_from_the_word_that_was_cut(stage: Stage) -> None:
    stage.say("one two three four", last=False)
    stage.say("five")
    stage.tape.at[7] = lambda: give_way(stage)
    stage.after_reply = lambda: stage.silences[0].cut and len(stage.silences) == 1 and stage.voice.resume()
    stage.play(replies=2)
    assert stage.heard == ["one", "two", "two", "three", "four", "five"]
    assert stage.silences == [Silenced(cut=True, unsaid="three four five"), Silenced(cut=False)]
    assert stage.voice.last_said() == "one two three four five"
    assert stage.tape.sound[-WORD_SAMPLES // 2 - int(SAMPLE_RATE * 0.1)] in (0, LOUDNESS)
    assert not stage.voice.resume()


def test_it_may_be_told_to_go_on_while_it_is_still_fading(stage: Stage) -> None:
    stage.say("one two three")
    stage.tape.at[7] = lambda: give_way(stage)
    stage.tape.at[8] = stage.voice.resume
    stage.play(replies=2)
    assert stage.heard == ["one", "two", "two", "three"]


def test_it_goes_on_at_full_loudness(stage: Stage) -> None:
    stage.say("one two three")
    stage.tape.at[5] = stage.voice.duck
    stage.tape.at[7] = lambda: give_way(stage)
    stage.tape.at[8] = stage.voice.resume
    stage.play(replies=2)
    assert stage.tape.sound[np.flatnonzero(stage.tape.sound)[-1]] == LOUDNESS


def test_it_goes_on_in_the_manner_it_spoke_in(stage: Stage) -> None:
    stage.voice.submit(Say("one two", last=True, manner=Manner.WHISPER), TICK)
    stage.tape.at[2] = lambda: give_way(stage)
    stage.tape.at[4] = stage.voice.resume
    stage.play(replies=2)
    assert {style.whispered for style in stage.hum.styles} == {True}


@pytest.mark.parametrize("silenced_by", ["hush", "other reply", "nothing"])
def test_it_does_not_go_on_where_somebody_wanted_something_else(stage: Stage, silenced_by: str) -> None:
    stage.say("one two three")
    if silenced_by != "nothing":
        stage.tape.at[2] = lambda: give_way(stage)
    if silenced_by == "hush":
        stage.tape.at[3] = stage.voice.hush
    if silenced_by == "other reply":
        stage.tape.at[3] = lambda: stage.say("sorry")
    stage.play(replies=2 if silenced_by == "other reply" else 1)
    assert not stage.voice.resume()
    assert not stage.voice.speaking()


def test_a_storm_of_hushes_leaves_the_voice_as_it_was(stage: Stage) -> None:
    def storm() -> None:
        for _ in range(500):
            stage.voice.hush(at_once=True)
            give_way(stage)
            stage.voice.resume()
            stage.say("lost")
        stage.voice.hush()
        stage.say("found")

    stage.say("one two three")
    stage.tape.at[2] = storm
    stage.play(replies=2)
    assert stage.heard == ["one", "found"]
    assert stage.voice.statistics().dropped > 0
    assert not stage.voice.speaking()


def test_a_book_begins_as_soon_as_a_word_and_can_be_stopped(stage: Stage) -> None:
    book = "word " * 200_000
    stage.say(book)
    stage.tape.at[7] = stage.voice.hush
    stage.play()
    assert stage.heard == ["word", "word"]
    assert len(stage.silences[0].unsaid) == len(book.strip()) - len("word word ")
    assert stage.hum.n_made < 5


def test_the_playback_tells_every_block_as_loud_as_it_is_played_and_when(stage: Stage) -> None:
    stage.say("one two")
    stage.tape.at[4] = stage.voice.duck
    stage.play()
    assert [sounding.t_ns for sounding in stage.sounding] == [int(n * BLOCK_S * 1e9) for n in range(2 * WORD_BLOCKS)]
    assert b"".join(sounding.pcm for sounding in stage.sounding) == stage.tape.sound[: 2 * WORD_SAMPLES].tobytes()
    assert stage.sounding[0].sample_rate_hz == SAMPLE_RATE


def test_a_stop_ends_the_reply_and_closes_the_loudspeaker(stage: Stage) -> None:
    stage.say("one two three")
    stage.tape.at[2] = stage.stop.set
    stage.play()
    assert stage.heard == ["one"]
    assert stage.tape.closed
