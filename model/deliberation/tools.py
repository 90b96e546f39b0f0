"""The actions that a language model may ask for: how it is shown them, which of them, and what it may write.

It is never shown all: with a thousand plugins there would be no room for anything else. What it writes is held to the
declarations by a grammar in llama.cpp's notation, so that every call can be read.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from model.stream.values import ActionSpec, Risk, Slot

ALWAYS = ("set_clipboard", "type_text", "web_search")
"""Where a text can go that was written on request, and where what it does not know can be found."""
MAX_FOUND = 6
MAX_CHOICES = 40
"""A slot with more is free, and read by the executor."""
_NOT_OFFERED = frozenset(
    {"none", "think", "confirm", "deny", "stop", "undo", "start_dictation", "stop_dictation", "say_again"}
)  # what only the user may say
_B, _K1 = 0.75, 1.5
"""The usual constants of BM25."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An action as a language model wrote it."""

    name: str
    texts: Mapping[str, str]


def read_call(written: str) -> Wanted | None:
    """None for what is no call, or half of one. The name comes first: no slot that is called the same replaces it."""
    try:
        pairs: Any = json.loads(written, object_pairs_hook=list)
        (key, name), *texts = pairs
        "".join(text for _, text in pairs).encode()  # neither half a letter nor anything else than texts
    except (ValueError, TypeError):
        return None
    return Wanted(name, {slot: _printable(text) for slot, text in texts}) if key == "action" else None


def _printable(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text)


def is_offered(spec: ActionSpec) -> bool:
    """Whether a language model may ask for it at all."""
    return spec.name not in _NOT_OFFERED and not spec.missing


def line_of(spec: ActionSpec) -> str:
    """`open_url(url): Open a web page`."""
    slots = ", ".join(slot.name if slot.required else f"{slot.name}?" for slot in spec.slots)
    return f"{spec.name}({slots}): {spec.description}"


# Which ------------------------------------------------------------------------------------------------------------


class Toolbox:
    """Finds actions by their names, descriptions and examples. Source of the measure: BM25 of Robertson and Zaragoza,
    The Probabilistic Relevance Framework, 2009."""

    def __init__(self, specs: Iterable[ActionSpec]) -> None:
        self.specs = {spec.name: spec for spec in specs if is_offered(spec)}
        self._counts = {name: Counter(_terms(_described(spec))) for name, spec in self.specs.items()}
        self._mean = sum(counts.total() for counts in self._counts.values()) / max(1, len(self._counts))
        known = Counter(term for counts in self._counts.values() for term in counts)
        n = len(self._counts)
        self._weights = {term: math.log(1 + (n - found + 0.5) / (found + 0.5)) for term, found in known.items()}

    def relevant(self, words: Sequence[str]) -> list[ActionSpec]:
        """Those that are always offered, then the nearest to what was said."""
        terms = set(_terms(" ".join(words)))
        scores = {name: self._score(terms, counts) for name, counts in self._counts.items()}
        found = sorted((name for name in scores if scores[name] > 0), key=lambda name: (-scores[name], name))
        names = dict.fromkeys([*(name for name in ALWAYS if name in self.specs), *found[:MAX_FOUND]])
        return [self.specs[name] for name in names]

    def _score(self, terms: Iterable[str], counts: Counter[str]) -> float:
        length = 1 - _B + _B * counts.total() / self._mean
        found = ((self._weights[term], counts[term]) for term in terms if term in counts)
        return sum(weight * count * (_K1 + 1) / (count + _K1 * length) for weight, count in found)


def _described(spec: ActionSpec) -> str:
    return " ".join((spec.name.replace("_", " "), spec.description, *spec.examples))


def _terms(text: str) -> list[str]:
    """Words without the endings that say nothing of what is meant."""
    return [re.sub(r"(?<=\w{3})(ing|ed|es|s|e)$", "", word) for word in re.findall(r"\w+", text.casefold())]


# What may be written ------------------------------------------------------------------------------------------------

_STRING = r'"\"" ([^"\\\x7F\x00-\x1F] | "\\" ["\\/nt])+ "\""'
_TEXTS = {
    "number": r'"\"" "-"? [0-9]+ ("." [0-9]+)? "\""',
    "index": r'"\"" [0-9]+ "\""',
    "direction": r'"\"" ("up" | "down" | "left" | "right" | "top" | "bottom") "\""',
    "button": r'"\"" ("left" | "right" | "middle") "\""',
    "level": r'"\"" ("up" | "down" | [0-9] [0-9]? | "100") "\""',
    "url": r'"\"" [^"\\ \x7F\x00-\x1F]+ "\""',
}
"""What is not here is a string."""


def grammar_of(specs: Sequence[ActionSpec]) -> str:
    """One call of one of these, or nothing."""
    calls = [f"call{n} ::= {_call(spec)}" for n, spec in enumerate(specs)]
    names = " | ".join(f"call{n}" for n in range(len(specs)))
    return "\n".join([f'root ::= (" " ({names}))?', *calls, f"string ::= {_STRING}"])


def _call(spec: ActionSpec) -> str:
    """The slots stand in their order; those that may be left out may be left out."""
    slots = [_slot(slot) if slot.required else f"({_slot(slot)})?" for slot in spec.slots]
    return " ".join([_literal(f'{{"action": "{spec.name}"'), *slots, _literal("}")])


def _slot(slot: Slot) -> str:
    name = f', "{slot.name}": '
    return f"{_literal(name)} {_text(slot)}"


def _text(slot: Slot) -> str:
    if 0 < len(slot.choices) <= MAX_CHOICES:
        return "(" + " | ".join(_literal(json.dumps(choice, ensure_ascii=False)) for choice in slot.choices) + ")"
    return _TEXTS.get(slot.kind, "string")


def _literal(text: str) -> str:
    """llama.cpp reads no escapes but those that are left without control characters."""
    return json.dumps(re.sub(r"[\x00-\x1f\x7f]", "", text), ensure_ascii=False)


# Through a pipe -----------------------------------------------------------------------------------------------------


def spec_to_json(spec: ActionSpec) -> dict[str, Any]:
    return asdict(spec)


def spec_from_json(row: Mapping[str, Any]) -> ActionSpec:
    slots = tuple(Slot(s["name"], s["kind"], s["required"], tuple(s["choices"])) for s in row["slots"])
    examples = tuple(row["examples"])
    return ActionSpec(
        row["name"], row["description"], Risk(row["risk"]), slots, examples, row["undoable"], row["missing"]
    )
