"""A small trigram language model of what people say to the assistant, written as an ARPA file.

It is mixed with a general model, so what matters is that it is sharp where it has seen a phrase and steps aside where
it has not. Smoothing is Witten-Bell's: a word sequence that was often followed by new words backs off more.
Source: Witten and Bell 1991; the ARPA back-off format.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

_ORDERS = (1, 2, 3)
_NEVER = -99.0
_FEW_SENTENCES = 1000
Gram = tuple[str, ...]


def arpa(phrases: Iterable[str]) -> str:
    """The model as text. Phrases with digits are left out: nobody can tell how they are spoken."""
    sentences = [["<s>", *map(str.lower, words), "</s>"] for words in map(words_of, phrases) if words]
    counts = [_counted(sentences, order) for order in _ORDERS]
    probabilities, back_offs = _smoothed(counts)
    head = "\\data\\\n" + "".join(f"ngram {order}={len(probabilities[order - 1])}\n" for order in _ORDERS)
    sections = [_section(order, probabilities[order - 1], back_offs) for order in _ORDERS]
    return head + "".join(sections) + "\n\\end\\\n"


def _counted(sentences: Sequence[Sequence[str]], order: int) -> Counter[Gram]:
    """Trigrams seen once are left out: they are two thirds of the file and hardly ever seen again."""
    counts = Counter(gram for words in sentences for gram in _grams(words, order))
    many = order == _ORDERS[-1] and len(sentences) > _FEW_SENTENCES
    return Counter({gram: count for gram, count in counts.items() if count > 1}) if many else counts


def words_of(phrase: str) -> list[str]:
    """The words as they are written, without marks and accents; none if one of them cannot be said."""
    plain = unicodedata.normalize("NFKD", phrase).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z']+|\d", plain)
    return [] if any(word.isdigit() for word in words) else [word for word in words if word.strip("'")]


def _grams(words: Sequence[str], order: int) -> Iterable[Gram]:
    return (tuple(words[n : n + order]) for n in range(len(words) - order + 1))


def _smoothed(counts: Sequence[Counter[Gram]]) -> tuple[list[dict[Gram, float]], dict[Gram, float]]:
    probabilities = [_unigrams(counts[0])]
    back_offs: dict[Gram, float] = {}
    for order_counts in counts[1:]:
        total, followers = Counter[Gram](), Counter[Gram]()
        for gram, count in order_counts.items():
            total[gram[:-1]] += count
            followers[gram[:-1]] += 1
        lower = probabilities[-1]
        here = {
            gram: (count + followers[gram[:-1]] * lower[gram[1:]]) / (total[gram[:-1]] + followers[gram[:-1]])
            for gram, count in order_counts.items()
        }
        back_offs |= _back_offs(here, lower)
        probabilities.append(here)
    return probabilities, back_offs


def _unigrams(counts: Counter[Gram]) -> dict[Gram, float]:
    start = ("<s>",)
    total = sum(count for gram, count in counts.items() if gram != start)
    return {gram: 0.0 if gram == start else count / total for gram, count in counts.items()}


def _back_offs(here: dict[Gram, float], lower: dict[Gram, float]) -> dict[Gram, float]:
    """What each history leaves for the words it was never followed by, divided by what the shorter one gives them."""
    left, lower_left = defaultdict[Gram, float](float), defaultdict[Gram, float](float)
    for gram, probability in here.items():
        left[gram[:-1]] += probability
        lower_left[gram[:-1]] += lower[gram[1:]]
    return {history: max(1 - left[history], 1e-6) / max(1 - lower_left[history], 1e-6) for history in left}


def _section(order: int, probabilities: dict[Gram, float], back_offs: dict[Gram, float]) -> str:
    rows = [f"\n\\{order}-grams:\n"]
    for gram, probability in sorted(probabilities.items()):
        log_probability = math.log10(probability) if probability > 0 else _NEVER
        back_off = f"\t{math.log10(back_offs.get(gram, 1.0)):.4f}" if order < _ORDERS[-1] else ""
        rows.append(f"{log_probability:.4f}\t{' '.join(gram)}{back_off}\n")
    return "".join(rows)
