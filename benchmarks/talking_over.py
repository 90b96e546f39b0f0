"""Somebody talks over a reply: is an "uh-huh" taken for an interruption, and is an interruption missed?

`python -m benchmarks.talking_over [--data DIR] [--voices kal16 slt] [--json]`. Spoken by flite at several moments of a
reply, each once in quiet and once with a noise 10 dB below, and heard by the ears in simulated time; the loudspeaker's
own sound is not in it. Noises come from `DIR/noise`, or hiss like rain where there are none. An interruption counts as
noticed if the reply stops for good, at the latest a second after its words.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from rich.progress import track

from benchmarks.recognition import NOISE_DB, mixed, noises, spoken
from desktop.assembly import open_hearing
from desktop.minds import open_reflex, shipped_catalogue
from desktop.places import find_places
from desktop.replay import heard_events
from desktop.resuming import Resuming
from desktop.settings import Settings
from desktop.simulation import BLOCK_MS, MS, PAUSE_MS, WORD_MS, Simulator, dry_executor
from model.reflex.vocabulary import YIELD
from model.stream.protocols import Mind
from model.stream.values import (
    Call,
    Channel,
    ChannelClosed,
    Event,
    Opened,
    Opening,
    Origin,
    Pause,
    Seen,
    Step,
    Token,
    Tone,
    Word,
)
from perception.hearing import Hearing
from perception.tone import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Block

BACKCHANNELS = ("uh huh", "um hum", "yeah", "okay", "right", "i see", "aha", "hum", "oh", "yeah okay")
INTERRUPTIONS = (
    "stop", "wait", "be quiet please", "no not that one", "hold on a second", "that is enough", "open the calculator",
    "what time is it", "scroll down", "never mind", "pause the music", "set a timer for ten minutes",
)  # fmt: skip
TEXT = (
    "the meeting about the new office was moved to thursday at half past nine and everybody who has a key should bring "
    "it along because the locks will be changed on the same day and there is cake for those who stay until noon"
)
ASKED = ("type", *TEXT.split())
"""Nothing is typed: the reply is that it would be, in as many words."""
AT_MS = (700, 1_600, 2_700)
"""Since the first word of the reply."""
LATEST_MS = 1_000


@dataclass
class Watched:
    """A mind that remembers when it heard its first own word, and when it gave way."""

    mind: Mind
    first_word_ms: float | None = None
    gave_way_ms: list[float] = field(default_factory=list[float])
    acted_ms: list[float] = field(default_factory=list[float])

    def step(self, seen: Seen) -> Step:
        step = self.mind.step(seen)
        now_ms = seen.tick.t_ns / MS
        if seen.self_ is not None and self.first_word_ms is None:
            self.first_word_ms = now_ms
        if isinstance(step.speech, Token) and step.speech.id == YIELD:
            self.gave_way_ms.append(now_ms)
        if isinstance(step.action, Call) and step.action.name != "none":
            self.acted_ms.append(now_ms)
        return step

    def reset(self) -> None:
        self.mind.reset()


class Resumed:
    """Stands for the voice: whether it went on."""

    went_on = False

    def resume(self) -> bool:
        self.went_on = True
        return True


def question() -> list[Event]:
    """The request whose answer is talked over."""
    events = [Event(0, Channel.USER, Opened(Opening.TOGGLE), Origin.USER)]
    end_ms = WORD_MS * len(ASKED)
    events += [Event(WORD_MS * n * MS, Channel.USER, Word(word), Origin.USER) for n, word in enumerate(ASKED, 1)]
    events.append(Event((end_ms + PAUSE_MS) * MS, Channel.USER, Pause(), Origin.USER))
    voiced = [
        Event(ms * MS, Channel.TONE, Tone(0.97, -20.0, 150.0, 0), Origin.WORLD) for ms in range(0, end_ms, BLOCK_MS)
    ]
    quiet = [
        Event((end_ms + ms) * MS, Channel.TONE, Tone(0.01, -70.0, 0.0, ms), Origin.WORLD)
        for ms in range(BLOCK_MS, 1_000, BLOCK_MS)
    ]
    return [*events, *voiced, *quiet]


def overheard(sound: Block, hearing: Hearing, at_ms: float) -> Iterator[Event]:
    """What the ears report of it, from then on, with a second of silence behind."""
    whole = np.concatenate([sound, np.zeros(SAMPLE_RATE_HZ, np.int16)])
    blocks = list(whole[: len(whole) // BLOCK_SAMPLES * BLOCK_SAMPLES].reshape(-1, BLOCK_SAMPLES))
    for event in heard_events(blocks, hearing, Opening.TOGGLE):
        if not isinstance(event.data, Opened | ChannelClosed):
            yield replace(event, t_ns=event.t_ns + int(at_ms * MS))


def interrupted(simulator: Simulator, watched: Watched, events: Sequence[Event], until_ms: float) -> bool:
    """Whether the reply stops and does not go on once all is said."""
    watched.gave_way_ms.clear()
    watched.acted_ms.clear()
    events = sorted(events, key=lambda event: event.t_ns)
    simulator.play(events)
    gave_way_ms = next((t_ms for t_ms in watched.gave_way_ms if t_ms <= until_ms), None)
    if gave_way_ms is None:
        return False
    voice = Resumed()
    resuming = Resuming(voice)
    told = [(event.t_ns / MS, partial(resuming.notice, event)) for event in events]  # before the mind sees them
    told += [(gave_way_ms, resuming.yielded), *((t_ms, resuming.acted) for t_ms in watched.acted_ms)]
    for _, tell in sorted(told, key=lambda one: one[0]):
        tell()
    return not voice.went_on


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.talking_over", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder that holds noise/*.flac")
    parser.add_argument("--voices", nargs="+", default=["kal16", "slt"])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if not shutil.which("flite"):
        print("Install flite first.", file=sys.stderr)
        return 1
    behind = noises(options.data / "noise")
    behind = behind or [np.random.default_rng(1).normal(0, 2_000, 5 * SAMPLE_RATE_HZ).astype(np.int16)]
    catalogue = shipped_catalogue()
    reflex = open_reflex(Settings(), catalogue)
    watched = Watched(reflex)
    simulator = Simulator(watched, reflex.pieces, catalogue, dry_executor(catalogue))
    hearing, _ = open_hearing(find_places())
    simulator.play(question())
    assert watched.first_word_ms is not None, "the question was not answered"
    said = [
        (text, voice, noisy)
        for text in (*BACKCHANNELS, *INTERRUPTIONS)
        for voice in options.voices
        for noisy in (False, True)
    ]
    stopped, wrong = Counter[bool](), Counter[str]()
    for number, (text, voice, noisy) in enumerate(track(said, "talking over", disable=options.json)):
        sound = spoken(text, voice)
        if noisy:
            sound = mixed(sound, behind[number % len(behind)], NOISE_DB)
        at_ms = watched.first_word_ms + AT_MS[number % len(AT_MS)]
        until_ms = at_ms + 1000 * len(sound) / SAMPLE_RATE_HZ + LATEST_MS
        stops = interrupted(simulator, watched, [*question(), *overheard(sound, hearing, at_ms)], until_ms)
        asks_for_nothing = text in BACKCHANNELS
        stopped[asks_for_nothing] += stops
        if stops == asks_for_nothing:
            wrong[f"{text} ({voice}{', noise' if noisy else ''})"] += 1
    n = Counter(text in BACKCHANNELS for text, _, _ in said)
    figures = {
        "backchannels": n[True],
        "taken_for_interruptions_percent": round(100 * stopped[True] / n[True], 1),
        "interruptions": n[False],
        "missed_percent": round(100 - 100 * stopped[False] / n[False], 1),
        "wrong": [*wrong],
    }
    print(json.dumps(figures) if options.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
