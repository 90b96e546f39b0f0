"""Sound as it was recorded: when it began, when it ended, and when it became quieter."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.processes import end
from desktop.virtual import VirtualDesktop

RATE_HZ = 24_000
LATENCY_MS = 10
AUDIBLE = 300
"""Of 32768. Synthetic voices on virtual devices have no noise, so this need not be clever."""

WINDOW_MS = 20
LOWERED_WINDOWS = 5
LOWERED = 0.5
"""Played for so many windows at less than this share of its usual loudness, the voice counts as lowered."""

NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples and when the first of them was played, on the monotonic clock."""

    samples: NDArray[np.int16]
    start_ns: int
    rate_hz: int = RATE_HZ

    def first_ns(self, after_ns: int = 0) -> int | None:
        """When something is heard for the first time after `after_ns`."""
        audible = self._audible_ns()
        later = audible[audible >= after_ns]
        return int(later[0]) if len(later) else None

    def last_ns(self, before_ns: int | None = None) -> int | None:
        """When something is heard for the last time (before `before_ns`)."""
        audible = self._audible_ns()
        earlier = audible if before_ns is None else audible[audible < before_ns]
        return int(earlier[-1]) if len(earlier) else None

    def silent_from_ns(self, after_ns: int, for_ms: int) -> int | None:
        """The start of the first silence of this length that begins after `after_ns`."""
        audible = self._audible_ns()
        borders = np.append(audible, self.start_ns + self._at_ns(len(self.samples)))
        gaps = np.flatnonzero((np.diff(borders) >= for_ms * 1_000_000) & (borders[:-1] >= after_ns))
        return int(borders[gaps[0]]) if len(gaps) else None

    def lowered_ns(self, usual: Sound, after_ns: int) -> int | None:
        """When, after `after_ns`, this is heard less loudly than the same words in `usual`.

        None also where the two differ before that: a gap in one of them, and they no longer run side by side.
        """
        own_first, usual_first = self.first_ns(), usual.first_ns()
        if own_first is None or usual_first is None:
            return None
        own, reference = self._loudness(own_first), usual._loudness(usual_first)
        n = min(len(own), len(reference))
        quieter = (own[:n] < LOWERED * reference[:n]) & (reference[:n] > AUDIBLE)
        found = np.flatnonzero(quieter)
        lowered_ns = own_first + int(found[0]) * WINDOW_MS * 1_000_000 if len(found) else None
        return lowered_ns if lowered_ns is not None and lowered_ns >= after_ns else None

    def _audible_ns(self) -> NDArray[np.int64]:
        return (
            self.start_ns + np.flatnonzero(np.abs(self.samples.astype(np.int32)) > AUDIBLE) * NS_PER_S // self.rate_hz
        )

    def _loudness(self, from_ns: int) -> NDArray[np.float64]:
        """Root mean square of the windows that begin every 20 ms from a point in time on; they overlap."""
        size = self.rate_hz * WINDOW_MS // 1000
        samples = self.samples[max(0, (from_ns - self.start_ns) * self.rate_hz // NS_PER_S) :].astype(float)
        energies = (samples[: len(samples) // size * size].reshape(-1, size) ** 2).mean(axis=1)
        if len(energies) < LOWERED_WINDOWS:
            return np.zeros(0)
        return np.sqrt(np.convolve(energies, np.full(LOWERED_WINDOWS, 1 / LOWERED_WINDOWS), mode="valid"))

    def _at_ns(self, sample: int) -> int:
        return sample * NS_PER_S // self.rate_hz


class Ear:
    """Listens to one device of the virtual sound system until it is closed; `sound` is what it has heard so far."""

    def __init__(self, desktop: VirtualDesktop, device: str) -> None:
        self._blocks: list[NDArray[np.int16]] = []
        self._n_samples = 0
        self._start_ns = time.monotonic_ns()
        self._parec = desktop.start(
            "parec", f"--device={device}", "--raw", "--format=s16le", "--channels=1",
            f"--rate={RATE_HZ}", f"--latency-msec={LATENCY_MS}", pipe=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._listen, name=f"ear.{device}", daemon=True)
        self._reader.start()

    def sound(self) -> Sound:
        return Sound(np.concatenate([np.zeros(0, np.int16), *self._blocks]), self._start_ns)

    def close(self) -> None:
        end(self._parec)
        self._reader.join()

    def _listen(self) -> None:
        """A block that arrives late was still recorded in time, so the promptest block of all tells when we began."""
        assert self._parec.stdout is not None
        rest = b""
        while block := _read(self._parec):
            now_ns = time.monotonic_ns()
            rest += block
            whole, rest = rest[: len(rest) // 2 * 2], rest[len(rest) // 2 * 2 :]
            self._blocks.append(np.frombuffer(whole, np.int16))
            self._n_samples += len(whole) // 2
            began_ns = now_ns - self._n_samples * NS_PER_S // RATE_HZ
            self._start_ns = began_ns if len(self._blocks) == 1 else min(self._start_ns, began_ns)


def _read(program: subprocess.Popen[bytes]) -> bytes:
    assert program.stdout is not None
    return os.read(program.stdout.fileno(), 65_536)


@dataclass(frozen=True, slots=True)
class Ears:
    """Both sides of a conversation: what reached the microphone, and what the loudspeaker played."""

    user: Ear
    voice: Ear


@contextmanager
def listening(desktop: VirtualDesktop) -> Generator[Ears]:
    ears = Ears(Ear(desktop, "mic"), Ear(desktop, "speaker.monitor"))
    try:
        yield ears
    finally:
        ears.user.close()
        ears.voice.close()
