"""Makes `resources/speech/commands.arpa`, the recogniser's model of commands, from the phrase grammar.

Run it after a change of `resources/phrases.toml`: `python scripts/speech_model.py`.
"""

from __future__ import annotations

import random

from model.training.compose import compose
from perception.language_model import arpa
from perception.recogniser import COMMANDS

N_PHRASES = 20_000
SEED = 1


def main() -> None:
    rng = random.Random(SEED)
    COMMANDS.parent.mkdir(exist_ok=True)
    COMMANDS.write_text(arpa(compose(rng).text for _ in range(N_PHRASES)), encoding="ascii")
    print(f"{COMMANDS}: {COMMANDS.stat().st_size / 1e6:.1f} MB from {N_PHRASES} phrases.")


if __name__ == "__main__":
    main()
