"""How it is said: voice, loudness and pitch of audio, block by block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.stream.values import Tone
from perception.voice_detector import VoiceDetector

SAMPLE_RATE_HZ = 16_000
BLOCK_SAMPLES = 1_280
BLOCK_MS = 1_000 * BLOCK_SAMPLES // SAMPLE_RATE_HZ
VOICED = 0.5
SILENT_DBFS = -100.0

Block = NDArray[np.int16]
"""Mono audio, [BLOCK_SAMPLES] at SAMPLE_RATE_HZ."""

_LOWEST_PITCH_HZ, _HIGHEST_PITCH_HZ = 65, 400
_PERIODIC = 0.4


def loudness_dbfs(block: Block) -> float:
    """Root mean square relative to full scale, SILENT_DBFS at the least."""
    power = float(np.mean(np.square(block.astype(np.float32) / 32_768))) if block.size else 0.0
    return max(SILENT_DBFS, 10 * float(np.log10(power))) if power > 0 else SILENT_DBFS


def pitch_hz(block: Block) -> float:
    """The fundamental frequency, from the highest peak of the autocorrelation; 0 where there is no clear one."""
    signal = block.astype(np.float32)
    signal -= signal.mean() if signal.size else 0
    if signal.size < BLOCK_SAMPLES // 2 or not signal.any():
        return 0.0
    spectrum = np.fft.rfft(signal, 2 * signal.size)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[: signal.size]
    correlation /= np.arange(signal.size, 0, -1) * (correlation[0] / signal.size)  # longer lags overlap less
    first, last = SAMPLE_RATE_HZ // _HIGHEST_PITCH_HZ, SAMPLE_RATE_HZ // _LOWEST_PITCH_HZ
    lags = correlation[first : last + 1]
    if lags.max() < _PERIODIC:
        return 0.0
    # The first peak that is nearly the highest: the highest itself is often a multiple of the period.
    near = np.flatnonzero((lags >= 0.9 * lags.max()) & (lags >= np.roll(lags, 1)) & (lags >= np.roll(lags, -1)))
    lag = first + int(near[0] if near.size else lags.argmax())
    return SAMPLE_RATE_HZ / lag


class ToneMeter:
    """Blocks to tones. Holds the voice detector's state and how long it has been silent."""

    def __init__(self) -> None:
        self._detector = VoiceDetector()
        self._unseen = b""
        self._silence_ms = 0
        self._voice = 0.0
        self._ahead = 0
        self._heard: list[float] = []
        self._still_samples = 0

    def reset(self) -> None:
        self._detector.reset()
        self._unseen = b""
        self._silence_ms = 0
        self._voice = 0.0
        self._ahead = 0
        self._heard.clear()
        self._still_samples = 0

    @property
    def still_ms(self) -> int:
        """How long nobody has talked, to the third of a block; as far as was listened ahead."""
        return 1_000 * self._still_samples // SAMPLE_RATE_HZ

    def listen_ahead(self, piece: Block) -> float:
        """How probably there has been a voice since the last block ended; `piece` is the next of the coming block."""
        self._ahead += piece.size
        self._detect(piece)
        return max(self._heard, default=self._voice)

    def hear(self, block: Block) -> Tone:
        """All of a block, whatever of it was listened to ahead."""
        self._detect(block[self._ahead :])
        self._voice = max(self._heard, default=self._voice)
        self._ahead = 0
        self._heard.clear()
        voiced = self._voice >= VOICED
        self._silence_ms = 0 if voiced else self._silence_ms + 1_000 * block.size // SAMPLE_RATE_HZ
        return Tone(self._voice, loudness_dbfs(block), pitch_hz(block) if voiced else 0.0, self._silence_ms)

    def _detect(self, sound: Block) -> None:
        """The detector wants pieces of its own size; the rest goes first next time."""
        size = self._detector.piece_bytes
        self._unseen += np.ascontiguousarray(sound, dtype=np.int16).tobytes()
        while len(self._unseen) >= size:
            voice = self._detector.voice(self._unseen[:size])
            self._heard.append(voice)
            self._still_samples = 0 if voice >= VOICED else self._still_samples + size // 2
            self._unseen = self._unseen[size:]
