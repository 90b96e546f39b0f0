"""Whether there is an echo at all: with a headset, nothing of what is played comes back."""

from __future__ import annotations

from collections import deque

import numpy as np

from perception.tone import Block

LATEST_BLOCKS = 5
"""An echo is here within 320 ms of its sound."""
PROOF_BLOCKS = 2
LOUD_RMS = 300.0
"""About -41 dB of full scale: quieter sound of ours proves nothing."""
FAR_BELOW = 0.018
"""35 dB: what comes back weaker than that is taken for no voice by anybody."""


class Headset:
    """Certain once we have been loud for a while and the microphone stayed quiet; until then there may be an echo."""

    def __init__(self) -> None:
        self._loudness: deque[float] = deque(maxlen=LATEST_BLOCKS)
        self._proofs = 0

    @property
    def certain(self) -> bool:
        return self._proofs >= PROOF_BLOCKS

    def notice(self, far: Block, near: Block) -> None:
        """`far` was played while `near` was heard."""
        self._loudness.append(_rms(far))
        steady = len(self._loudness) == LATEST_BLOCKS and min(self._loudness) > LOUD_RMS
        if steady and _rms(near) < FAR_BELOW * min(self._loudness):
            self._proofs += 1

    def forget(self) -> None:
        """A reply is over: before the next one the headset may be taken off."""
        self._loudness.clear()
        self._proofs = 0


def _rms(block: Block) -> float:
    return float(np.sqrt(np.mean(np.square(block.astype(np.float32)))))
