"""Where the voice is played: the system's loudspeaker through PortAudio, or nowhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

from actions.synthesiser import Samples
from model.stream.errors import DeviceLost

log = logging.getLogger(__name__)

BUFFER_S = 0.05
"""How much waits in the sound system: it delays a hush by as much, and bridges a stall of ours as long."""

MISSING = (
    "There is no loudspeaker to speak through ({reason}); connect one, or choose another as `speaker` in the settings."
)


class AudioOutput(Protocol):
    def write(self, samples: Samples) -> None:
        """Hand over a block; waits until there is room. Raises `DeviceLost` without a loudspeaker."""
        ...

    def rest(self) -> None:
        """Drop what has not been played yet, and use no processor time until the next `write`. Idempotent."""
        ...

    def close(self) -> None:
        """Give the device back; `write` opens it again. Idempotent."""
        ...


class SoundDeviceOutput:
    """A loudspeaker through PortAudio, opened when there is something to say. For one thread at a time.

    A stream that rests keeps its device and plays its first sample within a millisecond of `write`; a stream fed with
    silence to keep it warm would play it a buffer's length later, and use the processor.
    """

    def __init__(self, sample_rate: int, device: str = "", buffer_s: float = BUFFER_S) -> None:
        self._sample_rate = sample_rate
        self._device = device or None
        self._buffer_s = buffer_s
        self._stream: Any = None

    def write(self, samples: Samples) -> None:
        try:
            if self._stream is None:
                self._stream = self._open()
            if self._stream.stopped:
                self._stream.start()
            self._stream.write(samples)
        except Exception as error:
            if not _of_portaudio(error):
                raise
            self.close()
            raise DeviceLost(MISSING.format(reason=_reason(error))) from error

    def rest(self) -> None:
        if self._stream is not None and not self._stream.stopped:
            self._quietly(self._stream.stop)

    def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            self._quietly(stream.close)

    def _open(self) -> Any:
        import sounddevice  # fails to import without the system's PortAudio, and only who speaks needs it

        return sounddevice.OutputStream(
            samplerate=self._sample_rate, channels=1, dtype="int16", device=self._device, latency=self._buffer_s
        )

    @staticmethod
    def _quietly(let_go: Callable[[], None]) -> None:
        """A device that is gone cannot be given back either; that was reported when it went."""
        try:
            let_go()
        except Exception as error:
            if not _of_portaudio(error):
                raise
            log.debug("letting go of the loudspeaker: %s", error)


class NoLoudspeaker:
    """Plays nothing and takes as long over it, so that the words on the screen keep their pace."""

    def __init__(self, sample_rate: int, wait: Callable[[float], None]) -> None:
        self._sample_rate = sample_rate
        self._wait = wait

    def write(self, samples: Samples) -> None:
        self._wait(len(samples) / self._sample_rate)

    def rest(self) -> None:
        pass

    def close(self) -> None:
        pass


def _of_portaudio(error: Exception) -> bool:
    """`OSError`: PortAudio is not installed. `ValueError`: no device, or several, of that name."""
    return isinstance(error, OSError | ValueError) or type(error).__name__ == "PortAudioError"


def _reason(error: Exception) -> str:
    return str(error.args[0]).rstrip(".") if error.args else type(error).__name__
