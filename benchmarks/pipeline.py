"""How soon it answers and acts beside an assistant that takes turns, made of the same parts, in one run.

`python -m benchmarks.pipeline [--times 2] [--json]`. The other one waits until nobody has talked for 700 ms, then has
the whole utterance recognised, then asks the same reflex, executor and voice. The microphone stays open: what ends a
request is silence. `python -m benchmarks.pipeline run` starts that assistant, as `ambidex run` does ours.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.conversation import DICTATIONS, REQUESTS, Times, reply_times, typing_times
from benchmarks.measures import percentile
from benchmarks.stage import AMBIDEX, VOICE, Stage
from desktop import assembly
from desktop.cli import main as ambidex
from desktop.probing import open_probe
from model.stream.values import Channel, Data, Event, Origin, Pause, Tone, Word
from perception.hearing import Hearing
from perception.recogniser import Recogniser
from perception.tone import VOICED, Block

TIMEOUT_MS = 700
TURN_TAKING = (sys.executable, str(Path(__file__)))
ARMS = {"ambidex": (AMBIDEX,), "taking turns": TURN_TAKING}


class TurnTaking(Hearing):
    """Ears that wait for the end of the utterance and have it recognised as a whole."""

    def __init__(self, recogniser: Recogniser) -> None:
        super().__init__(recogniser)
        self._said: list[Block] = []

    def listen_ahead(self, piece: Block, cleaned: Block | None = None) -> float:
        return self._meter.listen_ahead(piece if cleaned is None else cleaned) if self._open else 0.0

    def glance(self, t_ns: int) -> list[Event]:
        return []

    def partial(self) -> str:
        return ""

    def _recognise(self, block: Block, tone: Tone, over_us: bool) -> list[Word]:
        if not self._speaking and tone.voice < VOICED:
            self._before.append(block)
            return []
        if not self._speaking:
            self._speaking, self._said = True, [*self._before]
            self._before.clear()
        self._said.append(block)
        return []

    def _await_more(self, silence_ms: int, t_ns: int) -> list[Event]:
        return self._flush(t_ns) if self._speaking and silence_ms >= TIMEOUT_MS else []

    def _flush(self, t_ns: int) -> list[Event]:
        self._recogniser.start()
        words = [word for block in self._said for word in self._recogniser.accept(block)] + self._recogniser.finish()
        self._speaking = False
        data: list[Data] = [*words, Pause()] if words else []
        return [Event(t_ns, Channel.USER, each, Origin.USER) for each in data]


def run() -> None:
    """The assistant that takes turns: ours, with other ears."""
    assembly.Hearing = TurnTaking
    ambidex()


def measure(times: int, report: Callable[[str], None]) -> dict[str, dict[str, list[float]]]:
    """What each took, in ms since the last sound of the user; the two in turn."""
    waits: dict[str, dict[str, list[float]]] = {name: {"first_sound_ms": [], "action_ms": []} for name in ARMS}
    for _ in range(times):
        for name, program in ARMS.items():
            report(name)
            with Stage(report, program) as stage:
                stage.play()
                stage.copy("meet me at noon")
                replies = [reply_times(stage, request, _say) for request in REQUESTS]
                probe = open_probe(stage.desktop)
                try:
                    typed = [typing_times(stage, probe, request, _say) for request in DICTATIONS]
                finally:
                    probe.close()
            waits[name]["first_sound_ms"] += _waits(replies)
            waits[name]["action_ms"] += _waits(typed)
    return waits


def _say(stage: Stage, text: str) -> None:
    """Into a microphone that was switched on before and stays open."""
    if not stage.call("status")["listening"]:
        stage.call("listen")
    stage.desktop.speak(stage.desktop.voice_file(text, VOICE))


def _waits(times: Sequence[Times]) -> list[float]:
    return [each.wait_ms for each in times if each.wait_ms is not None]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--times", type=int, default=2, help="how often each is started and asked everything")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    waits = measure(options.times, lambda text: print(text, file=sys.stderr, flush=True))
    figures = {
        name: {
            key: {"n": len(found), "p50": percentile(found, 50), "p95": percentile(found, 95)} if found else {"n": 0}
            for key, found in by_key.items()
        }
        for name, by_key in waits.items()
    }
    print(json.dumps(figures) if options.json else "\n".join(f"{name}: {told}" for name, told in figures.items()))


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        run()
    else:
        main()
