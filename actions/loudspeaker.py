"""Where the voice is played: the system's loudspeaker through PortAudio, or nowhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

from actions.synthesiser import Samples
from model.stream.errors import DeviceLost

log = logging.getLogger(__name__)

BUFFER_S = 0.05
"""How much waits in the sound system: it delays a hush by as much, and bridges a stall of ours as long."""

INVALID_CHANNELS, INVALID_RATE = -9998, -9997
"""PortAudio's numbers for what a device does not do."""

MISSING = (
    "There is no loudspeaker to speak through ({reason}); connect one, or choose another as `speaker` in the settings."
)


class AudioOutput(Protocol):
    def prepare(self) -> None:
        """Load what the first `write` would have to wait for; no device is opened."""
        ...

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
        self._convert: Callable[[Samples], Samples] = lambda samples: samples

    def prepare(self) -> None:
        try:
            import sounddevice  # looks for every device of the machine, which takes a while

            assert sounddevice
        except OSError:
            log.debug("PortAudio is not installed; said when there is something to say")

    def write(self, samples: Samples) -> None:
        try:
            if self._stream is None:
                self._stream = self._open()
            if self._stream.stopped:
                self._stream.start()
            self._stream.write(self._convert(samples))
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
        """As the voice sounds if the device can, else as the device wants it: at its own rate, or on two channels."""
        import sounddevice  # fails to import without the system's PortAudio, and only who speaks needs it

        refusal: Exception = OSError("it plays neither one channel nor two")
        for rate_hz, n_channels in self._ways(sounddevice):
            try:
                stream = sounddevice.OutputStream(
                    samplerate=rate_hz, channels=n_channels, dtype="int16", device=self._device, latency=self._buffer_s
                )
            except sounddevice.PortAudioError as error:
                if error.args[-1] not in (INVALID_CHANNELS, INVALID_RATE):
                    raise
                refusal = error
            else:
                self._convert = Conversion(self._sample_rate, rate_hz, n_channels)
                return stream
        raise refusal

    def _ways(self, sounddevice: Any) -> Iterator[tuple[int, int]]:
        yield self._sample_rate, 1
        yield self._sample_rate, 2
        own_hz = int(sounddevice.query_devices(self._device, "output")["default_samplerate"])
        yield own_hz, 1
        yield own_hz, 2

    @staticmethod
    def _quietly(let_go: Callable[[], None]) -> None:
        """A device that is gone cannot be given back either; that was reported when it went."""
        try:
            let_go()
        except Exception as error:
            if not _of_portaudio(error):
                raise
            log.debug("letting go of the loudspeaker: %s", error)


class Conversion:
    """Blocks of one channel to blocks of another rate and number of channels, without a seam between them."""

    def __init__(self, from_hz: int, to_hz: int, n_channels: int) -> None:
        self._step = from_hz / to_hz
        self._n_channels = n_channels
        self._last = np.zeros(1, np.int16)
        self._at = 1.0
        """Where the next sample stands, counted from `_last`."""

    def __call__(self, samples: Samples) -> Samples:
        if self._step != 1 and len(samples):
            known = np.append(self._last, samples)
            at = np.arange(self._at, len(known) - 1, self._step)
            self._last = known[-1:]
            self._at = (at[-1] if len(at) else self._at - self._step) + self._step - (len(known) - 1)
            samples = np.interp(at, np.arange(len(known)), known).astype(np.int16)
        return samples if self._n_channels == 1 else np.repeat(samples[:, np.newaxis], self._n_channels, axis=1)


class NoLoudspeaker:
    """Plays nothing and takes as long over it, so that the words on the screen keep their pace."""

    def __init__(self, sample_rate: int, wait: Callable[[float], None]) -> None:
        self._sample_rate = sample_rate
        self._wait = wait

    def prepare(self) -> None:
        pass

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
