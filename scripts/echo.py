"""Does it hear itself? The voice in a room, in simulated time, with and without the echo canceller.

    python scripts/echo.py [--minutes 10] [--gain-db 0]

`alone`: the voice speaks for so many minutes into an open microphone. Words that the recogniser makes of it, commands
that the reflex makes of these, and how often the voice is lowered because somebody seems to talk over it: all should be
0. `over`: flite's voices say commands while it speaks; how many are heard to the letter, beside those in quiet. The
voice is lowered as in life, but never stops. The last line is one JSON object. Needs flite.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from actions.synthesiser import Style
from actions.voice import DUCKED_GAIN
from benchmarks.acoustics import BLOCK_NS, Room, Sound, blocks, sounding, to_block
from desktop.assembly import open_synthesiser
from desktop.ducking import Ducking
from desktop.minds import open_reflex, shipped_catalogue
from desktop.recorded import blocks_of
from desktop.settings import Settings
from desktop.simulation import Simulator, dry_executor
from model.stream.values import Channel, Event, Opening, Word
from perception.echo import Cleaned, EchoCanceller
from perception.hearing import Hearing
from perception.recogniser import PocketsphinxRecogniser
from perception.tone import SAMPLE_RATE_HZ

SPOKEN = (
    "Your clipboard says the morning was cold and clear, and the people on the market were already talking.",
    "I opened the calculator and set a timer for five minutes.",
    "Click submit, then type hello world and press enter.",
    "It is ten past three in the afternoon.",
    "I cannot find cancel on the screen. Do you want me to close the window?",
    "The second entry is a list: seven green apples, eleven clean tables, and a ticket to the museum.",
    "That needs a language model, and none is installed. You can stop me at any time.",
)
COMMANDS = (
    "stop", "type hello world", "what is on my clipboard", "click the submit button", "set a timer for five minutes",
    "what time is it", "scroll down", "open the calculator", "close the window", "press enter",
)  # fmt: skip
VOICES = ("slt", "rms", "awb")
LEAD_S = 10.0
"""The voice has been speaking for so long before the first command."""
GAP_S = 1.2
BREATH_S = 0.5


@dataclass(frozen=True, slots=True)
class Said:
    """A command and when it was said, in samples."""

    text: str
    start: int
    end: int


class Lowered:
    """A voice that only knows whether it is lowered, and how often it was."""

    def __init__(self) -> None:
        self.gain = 1.0
        self.times = 0

    def speaking(self) -> bool:
        return True

    def duck(self) -> None:
        self.gain = DUCKED_GAIN
        self.times += 1

    def unduck(self) -> None:
        self.gain = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--gain-db", type=float, default=0, help="of the echo; at 0 it is as loud as the user")
    options = parser.parse_args()
    recogniser = PocketsphinxRecogniser()
    user, said = commands()
    voice = spoken(max(60 * options.minutes, len(user) / SAMPLE_RATE_HZ))
    alone = voice[: int(60 * options.minutes * SAMPLE_RATE_HZ)]
    quiet, _ = listen(recogniser, np.zeros(len(user)), user, options.gain_db, None)
    figures: dict[str, object] = {"gain_db": options.gain_db, "commands": len(said), "quiet": exact(quiet, said)}
    for name, cancelling in (("with", True), ("without", False)):
        events, lowered = listen(recogniser, alone, np.zeros(len(alone)), options.gain_db, cancelling)
        figures[f"alone_{name}"] = {
            "minutes": options.minutes, "words": len(words(events)), "commands": n_actions(events), "lowered": lowered
        }  # fmt: skip
        events, _ = listen(recogniser, voice[: len(user)], user, options.gain_db, cancelling)
        figures[f"over_{name}"] = exact(events, said)
        print(f"{name} the canceller: {figures[f'alone_{name}']}, over it {figures[f'over_{name}']} of {len(said)}")
    print(json.dumps(figures))


def listen(
    recogniser: PocketsphinxRecogniser, voice: Sound, user: Sound, gain_db: float, cancelling: bool | None
) -> tuple[list[Event], int]:
    """What the ears report while the voice plays and the user speaks, and how often the voice was lowered."""
    canceller = EchoCanceller() if cancelling else None
    room, lowered, hearing = Room(gain_db), Lowered(), Hearing(recogniser)
    ducking = Ducking(lowered)
    events = hearing.open(Opening.TOGGLE, 0)
    t_ns = 0
    for played, near in zip(blocks(voice), blocks(user), strict=True):
        now = played * lowered.gain
        if canceller is not None:
            canceller.played(sounding(now, t_ns))
        heard = to_block(room.echo(now) + near)
        t_ns += BLOCK_NS
        cleaned = canceller.clean(heard, t_ns) if canceller else Cleaned(heard, heard)
        new = hearing.hear(cleaned.words, t_ns, cleaned.tone)
        for event in new:
            ducking.notice(event)
        events += new
    return [*events, *hearing.close(t_ns)], lowered.times


def spoken(for_s: float) -> Sound:
    """The assistant's own voice, one sentence after the other."""
    synthesiser, _ = open_synthesiser()
    breath = np.zeros(int(BREATH_S * synthesiser.sample_rate), np.int16)
    chunks = [[*(c.samples for c in synthesiser.synthesise(text, Style())), breath] for text in SPOKEN]
    once = np.concatenate([samples for sentence in chunks for samples in sentence]).astype(float)
    times = np.arange(int(len(once) * SAMPLE_RATE_HZ / synthesiser.sample_rate))
    once = np.interp(times * synthesiser.sample_rate / SAMPLE_RATE_HZ, np.arange(len(once)), once)
    return np.resize(once, int(for_s * SAMPLE_RATE_HZ))


def commands() -> tuple[Sound, list[Said]]:
    """Every command in every voice, one after the other."""
    sound, said = [np.zeros(int(LEAD_S * SAMPLE_RATE_HZ))], list[Said]()
    at = len(sound[0])
    for text, samples in recorded():
        said.append(Said(text, at, at + len(samples)))
        sound += [samples, np.zeros(int(GAP_S * SAMPLE_RATE_HZ))]
        at += len(samples) + len(sound[-1])
    return np.concatenate(sound), said


def recorded() -> Iterator[tuple[str, Sound]]:
    with tempfile.TemporaryDirectory() as directory:
        for voice in VOICES:
            for text in COMMANDS:
                path = Path(directory) / "said.wav"
                subprocess.run(("flite", "-voice", voice, "-t", text, "-o", str(path)), check=True)
                yield text, np.concatenate(blocks_of(path)).astype(float)


def words(events: Sequence[Event]) -> list[tuple[int, str]]:
    return [(e.t_ns * SAMPLE_RATE_HZ // 1_000_000_000, e.data.text) for e in events if isinstance(e.data, Word)]


def exact(events: Sequence[Event], said: Sequence[Said]) -> int:
    """How many commands came out to the letter; each owns the words until the next begins."""
    heard = words(events)
    ends = [*(other.start for other in said[1:]), 1 << 62]
    pairs = zip(said, ends, strict=True)
    return sum(c.text == " ".join(word for at, word in heard if c.start < at <= end) for c, end in pairs)


def n_actions(events: Sequence[Event]) -> int:
    """What the reflex would do about it."""
    catalogue = shipped_catalogue()
    reflex = open_reflex(Settings(), catalogue)
    outputs = Simulator(reflex, reflex.pieces, catalogue, dry_executor(catalogue), aloud=False).play(list(events))
    return sum(output.channel is Channel.ACTION and output.action != "none" for output in outputs)


if __name__ == "__main__":
    main()
