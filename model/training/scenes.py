"""What stands on the screen and the clipboard while somebody speaks."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from model.training.grammar import Entries, word_set
from model.training.phrases import Phrases

REFERENCE = re.compile(r"<(\w+)>")
MAX_LINES = 30
MENU_BAR = 0.12
"""How often a label stands on one line with others, as recognised menus do."""

_KIND_WORDS = word_set(
    "button link icon tab menu option field box checkbox entry page item section there that says word words heading "
    "row tile folder radio drop down tick"
)


def line(phrases: Phrases, entries: Entries, rng: random.Random) -> str:
    """A written line with its references filled in."""
    filled = entries.draw(rng)
    while REFERENCE.search(filled):
        filled = REFERENCE.sub(lambda mark: phrases.scene[mark[1]].draw(rng), filled)
    return filled


def clipboard(phrases: Phrases, rng: random.Random) -> str:
    return line(phrases, phrases.scene["clipboard"], rng)


def screen(phrases: Phrases, rng: random.Random, shown: Sequence[str] = ()) -> tuple[str, ...]:
    """Between 3 and 30 lines in any order, among them each of `shown` once, as it is."""
    n_lines = max(3, min(MAX_LINES, int(rng.lognormvariate(2.3, 0.6))))
    lines = list(shown)
    while len(lines) < n_lines:
        other = _line_of_no_interest(phrases, rng)
        if other not in lines:
            lines.append(other)
    rng.shuffle(lines)
    return tuple(lines)


def labels(phrases: Phrases, rng: random.Random, target: Sequence[str]) -> list[str]:
    """The label that is meant by these words, as it is written, and sometimes others much like it."""
    label = written(_essential(target), rng)
    if rng.random() < MENU_BAR:
        words = [written(phrases.grammar.words("label", rng), rng) for _ in range(rng.randint(1, 5))]
        words.insert(rng.randrange(len(words) + 1), label)
        return [" ".join(words)]
    return [label, *_similar(phrases, rng, target)]


def injected(phrases: Phrases, rng: random.Random) -> str:
    """A text that tells the assistant what to do, which it has no right to."""
    return line(phrases, phrases.scene["injection"], rng)


def written(words: Sequence[str], rng: random.Random) -> str:
    """Words as a label shows them: Sign in, Sign In, SIGN IN, sign in, Sign in..."""
    text = " ".join(words)
    text = rng.choices((text.capitalize(), text.title(), text.upper(), text), (10, 6, 1, 3))[0]
    return f"{text}..." if rng.random() < 0.04 else text


def _essential(target: Sequence[str]) -> Sequence[str]:
    """The words of a target without what kind of thing it is."""
    return [word for word in target if word not in _KIND_WORDS] or target


def _similar(phrases: Phrases, rng: random.Random, target: Sequence[str]) -> list[str]:
    """Labels that share a word with the target."""
    if rng.random() < 0.5:
        return []
    known = phrases.grammar.lists["label"].texts
    alike = [text for text in known if text.split() != list(target) and set(text.split()) & set(target)]
    return [written(text.split(), rng) for text in rng.sample(alike, min(len(alike), rng.randint(1, 2)))]


def _line_of_no_interest(phrases: Phrases, rng: random.Random) -> str:
    kind = rng.choices(("label", "clutter", "title", "menu_bar", "window_title"), (10, 9, 3, 1, 1))[0]
    if kind in phrases.scene:
        return line(phrases, phrases.scene[kind], rng)
    return written(phrases.grammar.words(kind, rng), rng)
