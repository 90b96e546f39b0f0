"""From a phrase that reaches the voice to its first sound at the loudspeaker, and how soon it obeys.

    python -m benchmarks.first_word [--rounds 12]

On a virtual sound system. `cold`: the device was given back, as after ten silent seconds. `resting`: it is held, as
within these. The others with a steady tone as the voice: from being told to be lower, to stop and to go on until it is
heard. The virtual loudspeaker works in steps of 50 ms; single figures lie as far apart for that alone.
"""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from actions.loudspeaker import SoundDeviceOutput
from actions.reading_aloud import written_words
from actions.synthesiser import Chunk, Style, Synthesiser
from actions.voice import DUCKED_GAIN, Voice
from benchmarks.measures import percentile
from benchmarks.sound import AUDIBLE, RATE_HZ
from desktop.assembly import open_synthesiser
from desktop.processes import end, wait_until
from desktop.virtual import VirtualDesktop
from model.stream.values import Event, Hush, Say, Tick

PHRASES = ("It is a quarter past nine.", "Your clipboard is empty.", "Done.", "I cannot find that on the screen.")
TICK = Tick(0, 0, 0.0)
REST_S = 0.8
NS_PER_MS = 1e6
NS_PER_S = 1_000_000_000
STEP_APART_NS = 20_000_000
LOUDNESS = 12_000


class Listener:
    """Hears when sound comes out of the virtual loudspeaker.

    It works in steps: what is played in the next 50 ms is handed over when they begin, so a sample sounds as much later
    as it stands behind the first of its step.
    """

    def __init__(self, desktop: VirtualDesktop) -> None:
        self._parec = desktop.start(
            "parec", "--device=speaker.monitor", "--raw", "--format=s16le", "--channels=1", f"--rate={RATE_HZ}",
            "--latency-msec=10", pipe=True,
        )  # fmt: skip
        self._blocks: list[tuple[int, NDArray[np.int16]]] = []
        self._reader = threading.Thread(target=self._read, name="listener", daemon=True)
        self._reader.start()

    def close(self) -> None:
        end(self._parec)
        self._reader.join()

    def first_within_ns(self, after_ns: int, low: int, high: int) -> int | None:
        """From when on, after `after_ns`, the highest sample of 5 ms lies between two bounds."""
        size = RATE_HZ // 200
        for t_ns, block in self._blocks:
            for start in range(0, len(block) - size + 1, size):
                at_ns = t_ns + start * NS_PER_S // RATE_HZ
                if at_ns >= after_ns and low <= np.abs(block[start : start + size].astype(int)).max() <= high:
                    return at_ns
        return None

    def first_ns(self, after_ns: int) -> int | None:
        for t_ns, block in self._blocks:
            loud = np.flatnonzero(np.abs(block.astype(int)) > AUDIBLE)
            if t_ns >= after_ns and len(loud):
                return t_ns + int(loud[0]) * NS_PER_S // RATE_HZ
        return None

    def _read(self) -> None:
        assert self._parec.stdout is not None
        step_ns, n_in_step, last_ns = 0, 0, 0
        while raw := os.read(self._parec.stdout.fileno(), 65_536):
            now_ns = time.monotonic_ns()
            if now_ns - last_ns > STEP_APART_NS:
                step_ns, n_in_step = now_ns, 0
            last_ns = now_ns
            block = np.frombuffer(raw[: len(raw) // 2 * 2], np.int16)
            self._blocks.append((step_ns + n_in_step * NS_PER_S // RATE_HZ, block))
            n_in_step += len(block)


class Aloud:
    """The voice with all that belongs to it, on a thread of its own, heard by an ear at the loudspeaker."""

    def __init__(self, desktop: VirtualDesktop, synthesiser: Synthesiser) -> None:
        self._desktop = desktop
        self.events: list[Event] = []
        self.output = SoundDeviceOutput(synthesiser.sample_rate)
        self.voice = Voice(self.events.append, time.monotonic_ns, synthesiser, self.output)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.voice.run, args=(self._stop,), name="voice")
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    @contextmanager
    def heard(self) -> Iterator[Listener]:
        ear = Listener(self._desktop)
        try:
            time.sleep(0.3)
            yield ear
        finally:
            ear.close()

    def say(self, text: str, *, last: bool = True) -> int:
        now_ns = time.monotonic_ns()
        self.voice.submit(Say(text, last=last), TICK)
        return now_ns

    def wait_until_silent(self) -> None:
        wait_until(lambda: not self.voice.speaking(), 30, "Silence")

    def first_sound_ms(self, text: str) -> float:
        with self.heard() as ear:
            said_ns = self.say(text)
            self.wait_until_silent()
            time.sleep(0.2)
        first_ns = ear.first_ns(after_ns=said_ns)
        return (first_ns - said_ns) / NS_PER_MS if first_ns else float("nan")


class Tone:
    """A voice whose every text is ten seconds of a steady tone, so that each change of its loudness is its user's."""

    sample_rate = 22_050

    def synthesise(self, text: str, style: Style) -> Iterator[Chunk]:
        at = np.arange(10 * self.sample_rate)
        tone = (LOUDNESS * np.sin(2 * np.pi * 441 * at / self.sample_rate)).astype(np.int16)
        words = written_words(text)
        yield Chunk(tone, tuple((n * len(tone) // len(words), word) for n, word in enumerate(words)))


def obey_ms(desktop: VirtualDesktop) -> dict[str, float]:
    """From each order to what is heard of it."""
    aloud = Aloud(desktop, Tone())
    try:
        with aloud.heard() as ear:
            aloud.say("one two three four five six seven eight nine ten")
            time.sleep(0.6)
            lower_ns = _now_after(aloud.voice.duck)
            raise_ns = _now_after(aloud.voice.unduck)
            stop_ns = _now_after(lambda: aloud.voice.submit(Hush(), TICK))
            resume_ns = _now_after(aloud.voice.resume)
            aloud.voice.hush()
            aloud.wait_until_silent()
    finally:
        aloud.close()
    low, high = int(LOUDNESS * DUCKED_GAIN * 1.1), int(LOUDNESS * 0.9)
    heard = {
        "lowered": ear.first_within_ns(lower_ns, 1, low),
        "raised": ear.first_within_ns(raise_ns, high, 32_768),
        "stopped": ear.first_within_ns(stop_ns, 0, 0),
        "resumed": ear.first_within_ns(resume_ns, high, 32_768),
    }
    told = {"lowered": lower_ns, "raised": raise_ns, "stopped": stop_ns, "resumed": resume_ns}
    return {name: (t_ns - told[name]) / NS_PER_MS for name, t_ns in heard.items() if t_ns is not None}


def _now_after(order: Callable[[], object]) -> int:
    """When it was given; it has half a second to be obeyed."""
    now_ns = time.monotonic_ns()
    order()
    time.sleep(0.5)
    return now_ns


def measure(desktop: VirtualDesktop, rounds: int) -> dict[str, list[float]]:
    synthesiser, _ = open_synthesiser()
    cold: list[float] = []
    resting: list[float] = []
    for n in range(rounds):
        aloud = Aloud(desktop, synthesiser)
        try:
            cold.append(aloud.first_sound_ms(PHRASES[n % len(PHRASES)]))
            time.sleep(REST_S)
            resting.append(aloud.first_sound_ms(PHRASES[(n + 1) % len(PHRASES)]))
        finally:
            aloud.close()
    obeyed = [obey_ms(desktop) for _ in range(rounds)]
    names = ("lowered", "raised", "stopped", "resumed")
    return {"cold": cold, "resting": resting} | {name: [row[name] for row in obeyed if name in row] for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    rounds = parser.parse_args().rounds
    with VirtualDesktop(screen=False) as desktop:
        os.environ.update(desktop.env)
        figures = measure(desktop, rounds)
    rows = {name: {f"p{p}": percentile(values, p) for p in (50, 95)} for name, values in figures.items()}
    for name, values in figures.items():
        print(f"{name:10} {' '.join(f'{value:.0f}' for value in values)}")
    print(json.dumps({name: {**row, "unit": "ms"} for name, row in rows.items()}))


if __name__ == "__main__":
    main()
