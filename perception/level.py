"""What is wrong with a microphone that works: told from its sound alone."""

from __future__ import annotations

from collections import deque

import numpy as np

from perception.tone import SAMPLE_RATE_HZ, Block

SILENT_FOR_MS = 4_000
"""Exact zeros for so long: no room is that quiet, but a muted microphone is."""
CLIPPED_SHARE = 0.01
CLIPPED_PIECES = 15
LOOKED_BACK_PIECES = 100
_FULL_SCALE = 32_767

MUTED = (
    "The microphone is on, but nothing at all comes from it: it is muted. Unmute it in the sound settings, or with the "
    "switch or key that it has."
)
TOO_LOUD = "You are too loud for the microphone. Lower its level in the sound settings, or move away from it."


class LevelWatch:
    """From the opening of a microphone to its closing."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._silent_ms: int | None = 0  # None once anything was heard: headsets send zeros between words
        self._clipped: deque[bool] = deque(maxlen=LOOKED_BACK_PIECES)

    def hear(self, block: Block) -> str:
        """Any length; returns a sentence with the cure, empty if all is well."""
        if block.any():
            self._silent_ms = None
        elif self._silent_ms is not None:
            self._silent_ms += 1000 * len(block) // SAMPLE_RATE_HZ
        self._clipped.append(float(np.mean(np.abs(block.astype(np.int32)) >= _FULL_SCALE)) >= CLIPPED_SHARE)
        if self._silent_ms is not None and self._silent_ms >= SILENT_FOR_MS:
            return MUTED
        return TOO_LOUD if sum(self._clipped) >= CLIPPED_PIECES else ""
