"""How loud the machine is: the sound system's default output, through PulseAudio or PipeWire."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Protocol

from model.stream.errors import DeviceLost


class Mixer(Protocol):
    """Raises `DeviceLost` where there is no sound system, or it has nothing to play through."""

    def level(self) -> int:
        """Percent of full loudness; some systems amplify beyond 100."""
        ...

    def set_level(self, percent: int) -> None: ...

    def muted(self) -> bool: ...

    def set_muted(self, muted: bool) -> None: ...


class PulseMixer:
    """A connection for each call: the sound system may be started again at any time. `server`: empty for the usual."""

    def __init__(self, server: str = "") -> None:
        self._server = server or None

    def level(self) -> int:
        with self._output() as (_, sink):
            return round(sink.volume.value_flat * 100)

    def set_level(self, percent: int) -> None:
        with self._output() as (pulse, sink):
            pulse.volume_set_all_chans(sink, percent / 100)

    def muted(self) -> bool:
        with self._output() as (_, sink):
            return bool(sink.mute)

    def set_muted(self, muted: bool) -> None:
        with self._output() as (pulse, sink):
            pulse.mute(sink, muted)

    @contextmanager
    def _output(self) -> Generator[tuple[Any, Any]]:
        """The connection and the sink that programs play to by default."""
        try:
            import pulsectl  # fails to import without libpulse
        except OSError as error:
            raise DeviceLost(f"The volume cannot be changed: {error}. Install libpulse (Debian: libpulse0).") from error
        try:
            with pulsectl.Pulse("ambidex", server=self._server) as pulse:
                yield pulse, pulse.sink_default_get()
        except pulsectl.PulseError as error:
            raise DeviceLost(
                "There is no sound system to change the volume of; start PulseAudio or PipeWire."
            ) from error
