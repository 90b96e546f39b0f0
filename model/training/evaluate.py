"""Scoring answers to written requests: DESIGN's `eval commands`, apart from how the answers were obtained."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.stream.errors import BadTrace

OPEN_ENDED = frozenset({"think", "web_search", "none"})
"""Rows whose first accepted action is one of these ask for no action of ours: anything else is a false action."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row of an evaluation file."""

    text: str
    accept: tuple[str, ...]
    args: Mapping[str, tuple[str, ...]]
    screen: tuple[str, ...] = ()
    clipboard: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Early:
    """A thought that stood before the last word arrived, and how many words were still to come."""

    text: str
    words_to_come: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was done about a case."""

    action: str
    args: Mapping[str, str] = field(default_factory=dict[str, str])
    reply: str = ""
    thought: str = ""
    early: tuple[Early, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares between 0 and 1; None where no row counts."""

    n: int
    action_accuracy: float | None
    args_accuracy: float | None
    false_action_rate: float | None
    early_thought_rate: float | None


def read_cases(path: Path) -> list[Case]:
    """Raises `BadTrace` with file, line and reason."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadTrace(f"The requests in {path} cannot be read: {error}.") from error
    return [_case(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _case(path: Path, number: int, line: str) -> Case:
    try:
        row: dict[str, Any] = json.loads(line)
        args = {str(slot): _fragments(found) for slot, found in row.get("args", {}).items()}
        screen, clipboard = tuple(map(str, row.get("screen") or ())), row.get("clipboard")
        return Case(str(row["text"]), tuple(row["accept"]), args, screen, clipboard, str(row.get("source", "")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadTrace(f"{path}, line {number}, is not a request with `text` and `accept`: {error!r}.") from error


def _fragments(found: Any) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else tuple(map(str, found))


def answer_all(
    cases: Sequence[Case], ask: Callable[[Case], Answer], progress: Callable[[int], None] = lambda _: None
) -> list[Answer]:
    answers: list[Answer] = []
    for number, case in enumerate(cases, 1):
        answers.append(ask(case))
        progress(number)
    return answers


def score(cases: Iterable[Case], answers: Iterable[Answer]) -> Figures:
    n = 0
    right: list[bool] = []
    found: list[bool] = []
    false: list[bool] = []
    early: list[bool] = []
    for case, answer in zip(cases, answers, strict=True):
        n += 1
        accepted = answer.action in case.accept
        if case.accept[0] in OPEN_ENDED:
            false.append(not accepted and answer.action not in OPEN_ENDED)
        else:
            right.append(accepted)
        if accepted:
            early.append(any(thought.text == answer.action for thought in answer.early))
        if answer.action == case.accept[0]:
            found += fragments_found(case, answer)
    return Figures(n, _share(right), _share(found), _share(false), _share(early))


def confusions(cases: Iterable[Case], answers: Iterable[Answer]) -> Counter[tuple[str, str]]:
    """How often which action was asked for and which was done. What was accepted too counts as what was asked for."""
    return Counter(
        (case.accept[0], case.accept[0] if answer.action in case.accept else answer.action)
        for case, answer in zip(cases, answers, strict=True)
    )


def known_before(answers: Iterable[Answer], n_words: int) -> list[float]:
    """Share of the actions that stood in the thoughts with one word still to come, with two, and so on."""
    first = [
        max((thought.words_to_come for thought in answer.early if thought.text == answer.action), default=0)
        for answer in answers
    ]
    return [sum(words >= n for words in first) / max(1, len(first)) for n in range(1, n_words + 1)]


def fragments_found(case: Case, answer: Answer) -> list[bool]:
    """For each listed fragment, whether it stands in its argument."""
    return [
        normal(fragment) in normal(answer.args.get(slot, ""))
        for slot, fragments in case.args.items()
        for fragment in fragments
    ]


def by_source(cases: Sequence[Case], answers: Sequence[Answer]) -> dict[str, Figures]:
    groups: dict[str, list[int]] = defaultdict(list)
    for index, case in enumerate(cases):
        groups[case.source].append(index)
    return {source: score([cases[i] for i in group], [answers[i] for i in group]) for source, group in groups.items()}


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None


KEYS = {"control": "ctrl", "escape": "esc", "windows": "super"}


def normal(text: str) -> str:
    """Case, punctuation and the two ways to write a chord do not count."""
    words = re.sub(r"[^\w']+", " ", text.lower()).split()
    return " ".join(KEYS.get(word, word) for word in words)


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words to change, add or take away."""
    row = list(range(len(heard) + 1))
    for n, word in enumerate(said, 1):
        diagonal, row[0] = row[0], n
        for k, other in enumerate(heard, 1):
            diagonal, row[k] = row[k], min(row[k] + 1, row[k - 1] + 1, diagonal + (word != other))
    return row[-1]
