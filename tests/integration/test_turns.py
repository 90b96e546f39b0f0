"""`ambidex eval turns` on synthetic voices: where they pause, pauses that are put between words, and who tells them."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import numpy as np
import pytest

from desktop.places import find_places
from desktop.settings import Settings
from desktop.turn_detectors import Timeout
from desktop.turn_evaluation import evaluate_turns
from desktop.turn_material import (
    LISTENED_MS,
    SAMPLES_PER_MS,
    Gap,
    Recording,
    find_recordings,
    gaps,
    read_recording,
    room,
    with_pauses,
    word_borders_ms,
)
from model.stream.errors import BadTrace

pytestmark = pytest.mark.integration

SAID = ("set a timer for five minutes", "what is on my clipboard")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("turns")
    for number, text in enumerate(SAID):
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", str(directory / f"{number}.wav")], check=True)
    return directory


def test_a_turn_without_a_pause_has_one_silence_which_is_its_end(recordings: Path) -> None:
    recording = read_recording(recordings / "0.wav")
    (end,) = gaps(recording)
    assert end.last
    assert end.end_ms - end.start_ms == pytest.approx(LISTENED_MS, abs=400)


def test_pauses_are_put_between_words_and_found_again(recordings: Path) -> None:
    recording = read_recording(recordings / "0.wav")
    borders_ms = word_borders_ms(recording)
    spliced = with_pauses(recording, borders_ms, random.Random(1))
    assert spliced is not None and spliced.spliced
    *inside, end = gaps(spliced)
    added_ms = (len(spliced.sound) - len(recording.sound)) / SAMPLES_PER_MS
    assert end.last and not any(gap.last for gap in inside)
    assert sum(gap.end_ms - gap.start_ms for gap in inside) == pytest.approx(added_ms, abs=150 * len(inside))


def test_without_a_border_there_is_no_pause(recordings: Path) -> None:
    assert with_pauses(read_recording(recordings / "0.wav"), [], random.Random(1)) is None


def test_a_room_is_as_loud_as_the_quietest_part_and_does_not_repeat() -> None:
    rng = np.random.default_rng(1)
    loud, quiet = rng.normal(0, 8_000, 32_000), rng.normal(0, 20, 8_000)
    silence = room(np.concatenate([loud, quiet, loud]).astype(np.int16), 1_000).astype(float)
    assert len(silence) == 16_000
    assert np.sqrt((silence**2).mean()) == pytest.approx(20, rel=0.2)
    tenths = silence.reshape(10, -1)
    assert np.abs(np.corrcoef(tenths) - np.eye(10)).max() < 0.3


def test_who_says_nothing_is_heard_out() -> None:
    assert gaps(Recording("silence", np.zeros(48_000, np.int16))) == []
    found = [Gap(100, 400, False), Gap(900, 3_900, True)]
    assert Timeout().listen(Recording("", np.zeros(0, np.int16)), found) == [(), ()]


def test_the_evaluation_tells_all_and_writes_each_silence(recordings: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    rows = tmp_path / "rows.jsonl"
    evaluate_turns(Settings(), find_places(), recordings, rows, tmp_path / "pictures", as_json=True, write=lines.append)
    figures = json.loads(lines[-1])
    told = figures["by_kind"]["all"]
    assert figures["n"] == told["Ambidex"]["n"] == 2 * len(SAID)
    assert len({picture.read_bytes() for picture in (tmp_path / "pictures").glob("turns *.png")}) == 3
    assert figures["latency_ms_at_5pct"] < told["silence alone"]["latency_ms_at_5pct"]["value"]
    written = [json.loads(line) for line in rows.read_text().splitlines()]
    assert sum(row["last"] for row in written) == figures["n"]
    assert all(row["said"]["silence alone"] == [] for row in written)
    assert all(0 <= t_ms <= row["end_ms"] - row["start_ms"] for row in written for t_ms, _ in row["said"]["Ambidex"])


def test_a_folder_without_sound_and_a_broken_file_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(BadTrace, match="no recording"):
        find_recordings(tmp_path)
    (tmp_path / "broken.flac").write_bytes(b"rubbish")
    with pytest.raises(BadTrace, match=r"broken\.flac cannot be read as sound"):
        read_recording(find_recordings(tmp_path)[0])
