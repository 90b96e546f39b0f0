"""Makes `resources/misheard.jsonl`: which words the recogniser takes for which, from requests that are really spoken.

    python scripts/mishearings.py --noise DIR [--requests 2400]

Requests, half of them composed, are spoken by three of flite's voices, half of them with a noise behind, and heard by
the recogniser as it ships. The voice kal16 and every fourth noise are left for evaluation. A row says how often some
words were `said` in all, and what else than themselves was `heard` how often.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cache
from itertools import pairwise
from pathlib import Path

from actions.dictation import SPOKEN
from actions.espeak import pronunciation
from benchmarks.recognition import TUNING_VOICES, Utterance, heard, mixed, noises, spoken
from model.training.compose import compose
from model.training.disturb import as_spoken
from model.training.lessons import WRITTEN, read_human
from model.training.mishearings import MAX_SAID, MISHEARD
from perception.recogniser import PocketsphinxRecogniser, Weights
from perception.tone import Block

NOISE_DB = (0.0, 20.0)
LEFT_OUT = 4
"""One in so many noises is for evaluation."""
MAX_HEARD = 3
SEED = 1


def requests(n: int) -> list[str]:
    """Half of them composed, half written, as one says them."""
    rng = random.Random(SEED)
    chosen = [compose(rng) for _ in range(n // 2)] + rng.sample(read_human(WRITTEN), n - n // 2)
    spoken = (as_spoken(request).text for request in chosen)
    return [text for text in spoken if text.replace(" ", "").replace("'", "").isalpha()]


def learned(folder: Path) -> list[Block]:
    """The noises that are not left out. Raises `FileNotFoundError` where there are none."""
    found = [noise for number, noise in enumerate(noises(folder)) if number % LEFT_OUT]
    if not found:
        raise FileNotFoundError(f"There are no sounds (*.flac) in {folder}.")
    return found


def listen(task: tuple[int, str, Path]) -> tuple[str, str]:
    """What was said, and what was heard."""
    number, text, folder = task
    rng = random.Random(f"{SEED}/{number}")
    sound = spoken(text, rng.choice(TUNING_VOICES))
    if rng.random() < 0.5:
        sound = mixed(sound, rng.choice(_noises(folder)), rng.uniform(*NOISE_DB))
    return text, heard(_recogniser(), Utterance("", sound, text))


_noises = cache(learned)


@cache
def _recogniser() -> PocketsphinxRecogniser:
    return PocketsphinxRecogniser(SPOKEN, pronunciation, replace(Weights(), expected=0.0))


def errors(said: Sequence[str], understood: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Where the two differ: a word or two, and what stood in their place. What was put in goes with the word before."""
    for kind, a, b, c, d in SequenceMatcher(None, said, understood, autojunk=False).get_opcodes():
        if kind == "insert" and a > 0:
            a, c = a - 1, c - 1
        if kind != "equal" and 0 < b - a <= MAX_SAID and d - c <= MAX_HEARD:
            yield " ".join(said[a:b]), " ".join(understood[c:d])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--noise", type=Path, required=True, help="a folder of sounds (*.flac)")
    parser.add_argument("--requests", type=int, default=2400)
    options = parser.parse_args()
    learned(options.noise)
    tasks = [(number, text, options.noise) for number, text in enumerate(requests(options.requests))]
    times, found = Counter[str](), defaultdict[str, Counter[str]](Counter)
    with ProcessPoolExecutor() as pool:
        for text, understood in pool.map(listen, tasks, chunksize=8):
            words = text.split()
            times.update(words)
            times.update(" ".join(pair) for pair in pairwise(words))
            for said, instead in errors(words, understood.split()):
                found[said][instead] += 1
    rows = [{"said": said, "times": times[said], "heard": dict(found[said].most_common())} for said in sorted(found)]
    MISHEARD.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    print(f"{MISHEARD}: {len(rows)} words and pairs of {len(tasks)} requests.")


if __name__ == "__main__":
    main()
