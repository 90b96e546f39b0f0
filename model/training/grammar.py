"""Phrases with alternatives, lists and slots, and how one is drawn from them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from model.stream.errors import BadSettings

MARKS = re.compile(r"[()|]|<\w+>|\{\w+(?::\w+)?\}|'?[^\s()|<>{}]+")
SEPARATORS = re.compile(r"\n|(?<!\\),")
WEIGHT = re.compile(r"(\d+)\* ")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these phrases."""

    options: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Insert:
    """An entry of a list; its words are the span of `slot`, if there is one."""

    list: str
    slot: str | None = None


Node = str | Choice | Insert
Phrase = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """What a list holds, ready to be drawn from."""

    texts: tuple[str, ...]
    weights: tuple[int, ...]

    def draw(self, rng: random.Random) -> str:
        return rng.choices(self.texts, self.weights)[0]


@dataclass(frozen=True, slots=True)
class Said:
    """A phrase as drawn. `lists` tells from which list the words of each slot came."""

    words: tuple[str, ...]
    spans: Mapping[str, tuple[int, int]]
    lists: Mapping[str, str]


def read_entries(text: str) -> Entries:
    """Entries stand apart by line ends or commas; `3* entry` weighs three times as much, `\\,` is a comma."""
    parts = [part.strip().replace("\\,", ",") for part in SEPARATORS.split(text)]
    weighed = [(WEIGHT.match(part), part) for part in parts if part]
    return Entries(
        texts=tuple(part[match.end() :] if match else part for match, part in weighed),
        weights=tuple(int(match[1]) if match else 1 for match, _ in weighed),
    )


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for sets that read better as a text than as a list."""
    return frozenset(text.split())


@cache
def parse(text: str) -> Phrase:
    """Raises `BadSettings` where brackets do not match."""
    tokens = MARKS.findall(text)
    phrase, rest = _sequence(tokens, text)
    if rest:
        raise BadSettings(f"The phrase “{text}” closes a bracket that it never opened.")
    return phrase


def _sequence(tokens: list[str], text: str) -> tuple[Phrase, list[str]]:
    nodes: list[Node] = []
    while tokens and tokens[0] not in ")|":
        token, tokens = tokens[0], tokens[1:]
        if token == "(":
            choice, tokens = _choice(tokens, text)
            nodes.append(choice)
        elif token[0] == "<":
            nodes.append(Insert(token[1:-1]))
        elif token[0] == "{":
            slot, _, entries = token[1:-1].partition(":")
            nodes.append(Insert(entries or slot, slot))
        else:
            nodes.append(token)
    return tuple(nodes), tokens


def _choice(tokens: list[str], text: str) -> tuple[Choice, list[str]]:
    options: list[Phrase] = []
    while tokens:
        option, tokens = _sequence(tokens, text)
        options.append(option)
        if not tokens:
            break
        mark, tokens = tokens[0], tokens[1:]
        if mark == ")":
            return Choice(tuple(options)), tokens
    raise BadSettings(f"The phrase “{text}” opens a bracket that it never closes.")


def inserts(phrase: Phrase) -> Iterator[Insert]:
    """Every list that the phrase itself may draw from."""
    for node in phrase:
        if isinstance(node, Insert):
            yield node
        elif isinstance(node, Choice):
            for option in node.options:
                yield from inserts(option)


class Grammar:
    """Draws phrases. Slots count only in the phrase itself: inside what fills a slot or a list they are just words."""

    def __init__(self, lists: Mapping[str, Entries]) -> None:
        self.lists = lists

    def say(self, text: str, rng: random.Random, given: Mapping[str, str] | None = None) -> Said:
        """Draw from the phrase; `given` names lists that have one known entry this time."""
        writing = _Writing(self.lists, rng, given or {})
        writing.write(parse(text), top=True)
        return Said(tuple(writing.words), writing.spans, writing.drawn_from)

    def words(self, name: str, rng: random.Random) -> tuple[str, ...]:
        """One entry of a list."""
        return self.say(f"<{name}>", rng).words


class _Writing:
    """The words drawn so far."""

    def __init__(self, lists: Mapping[str, Entries], rng: random.Random, given: Mapping[str, str]) -> None:
        self._lists = lists
        self._rng = rng
        self._given = given
        self.words: list[str] = []
        self.spans: dict[str, tuple[int, int]] = {}
        self.drawn_from: dict[str, str] = {}

    def write(self, phrase: Phrase, top: bool = False) -> None:
        for node in phrase:
            match node:
                case str():
                    self._word(node)
                case Choice(options=options):
                    self.write(self._rng.choice(options), top)
                case Insert(list=name, slot=slot):
                    start = len(self.words)
                    self.write(parse(self._entry(name)))
                    if slot and top:
                        self.spans[slot] = (start, len(self.words))
                        self.drawn_from[slot] = name

    def _entry(self, name: str) -> str:
        return self._given.get(name) or self._lists[name].draw(self._rng)

    def _word(self, word: str) -> None:
        if word.startswith("'") and self.words:
            self.words[-1] += word
        else:
            self.words.append(word)
