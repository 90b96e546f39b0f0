"""Lowers our voice the moment somebody talks over it. Whether it then stops or goes on is for the mind to decide."""

from __future__ import annotations

from typing import Protocol

from model.stream.values import Event, Tone

VOICED = 0.8
"""Probability of speech from which a block of audio counts as somebody talking."""
QUIET_MS = 400
"""How long they must be silent before the voice is raised again; shorter, and it would pump between their words."""


class Lowerable(Protocol):
    """A voice that can be lowered while it speaks."""

    def speaking(self) -> bool: ...
    def duck(self) -> None: ...
    def unduck(self) -> None: ...


class Ducking:
    """Watches `tone` on its way to the inbox, on the microphone's thread: the loop would cost a tick or two.
    What it sees has passed the echo canceller; without one, a voice from a loudspeaker lowers itself.
    """

    def __init__(self, voice: Lowerable) -> None:
        self._voice = voice
        self._lowered = False

    def overhear(self, voice: float) -> None:
        """How probably somebody talks right now; told before the block, and its tone, are complete."""
        if voice >= VOICED and not self._lowered and self._voice.speaking():
            self._lowered = True
            self._voice.duck()

    def notice(self, event: Event) -> None:
        if not isinstance(event.data, Tone):
            return
        self.overhear(event.data.voice)
        if self._lowered and event.data.silence_ms >= QUIET_MS:
            self.raise_again()

    def raise_again(self) -> None:
        """Also called when the microphone closes: nobody talks over us then."""
        if self._lowered:
            self._lowered = False
            self._voice.unduck()
