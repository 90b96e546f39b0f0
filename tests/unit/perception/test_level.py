"""What the sound itself says about the microphone."""

import numpy as np

from perception.level import CLIPPED_PIECES, LOOKED_BACK_PIECES, MUTED, SILENT_FOR_MS, TOO_LOUD, LevelWatch
from perception.tone import BLOCK_MS, BLOCK_SAMPLES, Block

ZEROS: Block = np.zeros(BLOCK_SAMPLES, np.int16)
QUIET = ZEROS.copy()
QUIET[3] = 1
VOICE = (8_000 * np.sin(np.arange(BLOCK_SAMPLES) / 20)).astype(np.int16)
CLIPPED = np.clip(60_000 * np.sin(np.arange(BLOCK_SAMPLES) / 20), -32_768, 32_767).astype(np.int16)


def told(*blocks: Block) -> list[str]:
    watch = LevelWatch()
    return [watch.hear(block) for block in blocks]


def test_exact_silence_since_the_opening_is_told_as_muted() -> None:
    n_blocks = SILENT_FOR_MS // BLOCK_MS
    assert told(*[ZEROS] * n_blocks) == [""] * (n_blocks - 1) + [MUTED]


def test_a_quiet_room_is_not_muted_and_neither_is_a_headset_between_words() -> None:
    assert set(told(*[QUIET] * 200)) == {""}
    assert set(told(VOICE, *[ZEROS] * 200)) == {""}


def test_what_is_unmuted_is_no_longer_told() -> None:
    assert told(*[ZEROS] * 100, QUIET)[-2:] == [MUTED, ""]


def test_clipping_is_told_while_it_lasts() -> None:
    assert told(*[CLIPPED] * CLIPPED_PIECES)[-2:] == ["", TOO_LOUD]
    assert told(*[CLIPPED] * CLIPPED_PIECES, *[VOICE] * LOOKED_BACK_PIECES)[-1] == ""


def test_a_loud_voice_and_a_knock_are_not_clipping() -> None:
    assert set(told(*[VOICE] * 50, CLIPPED, *[VOICE] * 50)) == {""}


def test_a_new_opening_begins_anew() -> None:
    watch = LevelWatch()
    for _ in range(100):
        watch.hear(ZEROS)
    watch.reset()
    assert watch.hear(ZEROS) == ""
