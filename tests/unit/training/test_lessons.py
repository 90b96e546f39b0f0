"""What an epoch of training holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

import benchmarks
import resources
from desktop.minds import shipped_catalogue
from model.stream.catalogue import load_catalogue
from model.training import lessons as module
from model.training.compose import Request
from model.training.evaluate import read_cases
from model.training.lessons import Lessons, Options, Parts, kept_back, prepared, read_human, thin_out

HUMAN = [Request(("play", "song", str(n)), "play_media", {"query": (1, 3)}, source="people") for n in range(200)]


@pytest.fixture(scope="module")
def parts() -> Parts:
    found = Parts.load(resources.ROOT / "reflex", shipped_catalogue())
    found.rank_pieces(HUMAN, 64)
    return found


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Options:
    monkeypatch.setattr(module, "CHUNK", 12)
    return Options(tmp_path, composed=16, human=8, written=0, practice=0, ticks_per_batch=256)


def test_the_same_seed_gives_the_same_lessons_and_another_epoch_others(options: Options, parts: Parts) -> None:
    first, again, later = (Lessons(options, parts, HUMAN, epoch)[0] for epoch in (0, 0, 1))
    assert [batch.texts for batch in first] == [batch.texts for batch in again]
    assert all(torch.equal(a.columns.user, b.columns.user) for a, b in zip(first, again, strict=True))
    assert [batch.texts for batch in first] != [batch.texts for batch in later]


def test_an_epoch_has_as_many_requests_as_were_asked_for_in_all_its_chunks(options: Options, parts: Parts) -> None:
    lessons = Lessons(replace(options, held_out=()), parts, HUMAN, 0)
    assert len(lessons) == 2
    drawn = [request for chunk in range(2) for group in _groups(lessons, chunk) for request in group]
    assert sum(request.source == "people" for request in drawn) == 8
    with pytest.raises(IndexError):
        lessons[2]


def _groups(lessons: Lessons, chunk: int) -> list[list[Request]]:
    return lessons.requests(chunk, module.random.Random(chunk))


def test_processes_beside_this_one_prepare_the_same_batches(options: Options, parts: Parts) -> None:
    lessons = Lessons(options, parts, HUMAN, 0)
    here, there = ([*prepared(lessons, parts, workers)] for workers in (0, 2))
    assert [share for share, _ in here] == [share for share, _ in there]
    assert here[-1][0] == 1.0
    for (_, a), (_, b) in zip(here, there, strict=True):
        assert torch.equal(a.columns.said, b.columns.said)
        assert torch.equal(a.targets.action, b.targets.action)


def test_a_batch_that_was_read_holds_vectors_where_texts_were(options: Options, parts: Parts) -> None:
    batch = Lessons(options, parts, HUMAN, 0)[0][0]
    read = batch.read(parts.items, parts.utterances)
    row, tick = (batch.columns.said > 0).nonzero()[-1].tolist()
    text = batch.utterances[int(batch.columns.said[row, tick])]
    assert torch.equal(read.columns.said[row, tick], parts.utterances.encode_pieces([text])[0])
    assert torch.equal(read.columns.said_plain[row, tick], parts.items.encode_pieces([text])[0])
    assert not read.columns.said[batch.columns.said == 0].any()


def test_what_is_measured_by_is_a_small_part_and_always_the_same() -> None:
    share = sum(map(kept_back, HUMAN)) / len(HUMAN)
    assert 0.01 < share < 0.1
    assert [kept_back(request) for request in HUMAN] == [kept_back(request) for request in HUMAN]


def test_what_was_written_for_training_is_all_of_use_and_none_of_it_is_evaluated(parts: Parts) -> None:
    assert len(parts.written) == len(module.WRITTEN.read_text(encoding="utf-8").splitlines())
    assert {request.action for request in parts.written} == set(shipped_catalogue())
    evaluated = read_human(Path(benchmarks.__file__).parent / "requests.jsonl")
    assert len(evaluated) > 400
    assert not {request.text.lower() for request in parts.written} & {request.text.lower() for request in evaluated}


def test_as_many_of_them_are_drawn_as_was_asked_for(options: Options, parts: Parts) -> None:
    lessons = Lessons(replace(options, written=12), parts, HUMAN, 0)
    drawn = [request for chunk in range(lessons.n_chunks) for group in _groups(lessons, chunk) for request in group]
    assert sum(request.source == "ambidex" for request in drawn) == 12


def test_nobody_practises_an_action_that_is_not_installed(options: Options, parts: Parts) -> None:
    lessons = Lessons(replace(options, composed=4, human=0, practice=40), parts, HUMAN, 0)
    practised = parts.symbols.actions[parts.n_learned :]
    assert {request.action for request in parts.practice} <= set(practised)
    for chunk in range(lessons.n_chunks):
        absent = frozenset(practised[chunk::2])
        asked = [r for group in lessons.requests(chunk, module.random.Random(chunk), absent) for r in group]
        assert not absent & {request.action for request in asked}
        for batch in lessons[chunk]:
            assert batch.absent is not None and not batch.absent[: parts.n_learned].any()
            assert 0.2 < batch.absent[parts.n_learned :].float().mean() < 0.8
            called = batch.targets.action[batch.targets.action >= parts.symbols.first_call] - parts.symbols.first_call
            assert not batch.absent[called].any()


def test_what_is_practised_is_asked_for_by_no_benchmark(parts: Parts) -> None:
    benchmark = Path(benchmarks.__file__).parent
    others = [load_catalogue(benchmark / f"{name}_actions.toml") for name in ("new", "other")]
    assert not set(parts.symbols.actions) & {name for catalogue in others for name in catalogue}
    evaluated = read_cases(benchmark / "new_requests.jsonl")
    assert not {r.text.lower() for r in parts.practice} & {case.text.lower() for case in evaluated}


def test_thinning_out_keeps_rare_actions() -> None:
    rare = Request(("pause",), "pause_media")
    drawn = thin_out([*HUMAN, rare], 200, module.random.Random(1))
    assert 5 < sum(request is rare for request in drawn) < 60
    assert thin_out([], 5, module.random.Random(1)) == []
