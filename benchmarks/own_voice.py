"""Its own voice at full volume in an open microphone: the real program, a real sound system, and a room between them.

`python -m benchmarks.own_voice --minutes 10 [--gain-db 0]`: what the loudspeaker plays comes back into the microphone,
late and with a tail, while the program, listening all the time, reads aloud. Words that nobody said, actions that
nobody asked for and replies that broke off should all be 0. Commands are said in quiet and over the voice; how many
come out to the letter. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.acoustics import Room, to_block
from benchmarks.stage import Stage
from desktop.processes import end, wait_until
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost
from model.stream.trace import event_from_json
from model.stream.values import Event, Outcome, Played, Silenced, Word
from perception.tone import BLOCK_SAMPLES, SAMPLE_RATE_HZ

REQUEST = "what is on my clipboard"
READ_OUT = (
    "the morning was cold and clear and the people on the market were already talking. click submit then type hello "
    "world and press enter. it is ten past three in the afternoon. open the calculator and set a timer for five "
    "minutes."
)
COMMANDS = (
    "stop", "what time is it", "scroll down", "switch to the next window", "click the submit button",
    "what day is it today", "be quiet", "press enter", "how much time is left", "scroll up",
)  # fmt: skip
"""None that makes a sound later, as a timer would."""
VOICES = ("slt", "rms")
UNDER_WAY_S = 4.0
"""The voice has been speaking for so long before somebody talks over it."""
ANSWERED_WITHIN_S, READ_WITHIN_S, HEARD_WITHIN_S = 10.0, 60.0, 4.0
PIPED = ("--raw", "--format=s16le", "--channels=1", f"--rate={SAMPLE_RATE_HZ}", "--latency-msec=40")


@dataclass(frozen=True, slots=True)
class Alone:
    """What became of its own voice, over `speaking_s` of it in `replies`."""

    speaking_s: float
    replies: int
    words: int
    actions: int
    broken_off: int


@contextmanager
def air(desktop: VirtualDesktop, room: Room) -> Generator[None]:
    """Carries what the loudspeaker plays to the microphone, until the block is left."""
    source = desktop.start("parec", "--device=speaker.monitor", *PIPED, pipe=True)
    sink = subprocess.Popen(("pacat", "--device=mic_in", *PIPED), stdin=subprocess.PIPE, env=desktop.env)
    carrier = threading.Thread(target=_carry, args=(source, sink, room), name="air", daemon=True)
    carrier.start()
    try:
        yield
    finally:
        end(source)
        carrier.join()
        end(sink)


def _carry(source: subprocess.Popen[bytes], sink: subprocess.Popen[bytes], room: Room) -> None:
    assert source.stdout is not None
    assert sink.stdin is not None
    while len(block := source.stdout.read(2 * BLOCK_SAMPLES)) == 2 * BLOCK_SAMPLES:
        arrived = to_block(room.echo(np.frombuffer(block, np.int16).astype(float)))
        sink.stdin.write(arrived.tobytes())
        sink.stdin.flush()


class Talk:
    """The program at work, listening all the time, and what its trace says so far."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._events: list[Event] = []
        stage.play_recorded()
        self._trace = (stage.trace / "events.jsonl").open(encoding="utf-8")
        self._line = ""
        stage.copy(READ_OUT)
        for voice in VOICES:
            for text in (*COMMANDS, REQUEST):
                stage.desktop.voice_file(text, voice)  # made now, so that nothing delays it
        stage.call("listen")

    def events(self, since: int = 0) -> Sequence[Event]:
        while part := self._trace.readline():
            self._line += part
            if self._line.endswith("\n"):  # or it is being written
                self._events.append(event_from_json(json.loads(self._line)))
                self._line = ""
        return self._events[since:]

    def read_aloud(self) -> int:
        """Have the clipboard read; how many events there were before. Returns once the voice is heard."""
        first = len(self.events())
        for _ in range(3):
            before = len(self.events())
            self._stage.desktop.say(REQUEST)
            if _comes(lambda before=before: _any(self.events(before), Played), ANSWERED_WITHIN_S):
                return before
        heard = " ".join(words(self.events(first)))
        raise DeviceLost(f"{REQUEST!r}, said three times, was not answered aloud. Heard was: {heard or 'nothing'}.")

    def wait_for_the_end(self, before: int) -> None:
        _comes(lambda: _any(self.events(before), Silenced), READ_WITHIN_S)
        time.sleep(1.0)

    def said(self, text: str, voice: str) -> bool:
        """Whether these words, said now, come out to the letter."""
        before = len(self.events())
        self._stage.desktop.say(text, voice)
        time.sleep(HEARD_WITHIN_S)
        return words(self.events(before)) == text.split()


def alone(talk: Talk, minutes: float) -> Alone:
    total = Counter[str]()
    began_s, speaking_s = time.monotonic(), 0.0
    while speaking_s < 60 * minutes and time.monotonic() - began_s < 150 * minutes:
        before = talk.read_aloud()
        started_s = time.monotonic()
        talk.wait_for_the_end(before)
        speaking_s += time.monotonic() - started_s - 1.0
        new = talk.events(before)
        actions = [event.data.action for event in new if isinstance(event.data, Outcome)]
        total["replies"] += 1
        total["words"] += max(0, len(words(new)) - len(REQUEST.split()))
        total["actions"] += sum(name not in ("none", "read_clipboard") for name in actions)
        total["broken_off"] += sum(isinstance(event.data, Silenced) and event.data.cut for event in new)
    return Alone(round(speaking_s, 1), total["replies"], total["words"], total["actions"], total["broken_off"])


def over(talk: Talk) -> int:
    """How many commands come out to the letter that are said while the voice speaks."""
    right = 0
    for voice in VOICES:
        for command in COMMANDS:
            before = talk.read_aloud()
            time.sleep(UNDER_WAY_S)
            right += talk.said(command, voice)
            talk.wait_for_the_end(before)
            time.sleep(2.0)
    return right


def quiet(talk: Talk) -> int:
    right = 0
    for voice in VOICES:
        for command in COMMANDS:
            right += talk.said(command, voice)
            time.sleep(2.0)
    return right


def words(events: Sequence[Event]) -> list[str]:
    return [event.data.text for event in events if isinstance(event.data, Word)]


def _any(events: Sequence[Event], kind: type[Played | Silenced]) -> bool:
    return any(isinstance(event.data, kind) for event in events)


def _comes(condition: Callable[[], bool], within_s: float) -> bool:
    try:
        wait_until(condition, within_s, "it", every_s=0.2)
    except DeviceLost:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="of its own voice")
    parser.add_argument("--gain-db", type=float, default=0.0, help="of the echo; at 0 it is as loud as the user")
    options = parser.parse_args()
    with Stage(lambda line: print(line, flush=True)) as stage:
        talk = Talk(stage)
        n_quiet = quiet(talk)
        with air(stage.desktop, Room(options.gain_db, delay_ms=40)):
            by_itself = alone(talk, options.minutes)
            print(json.dumps(asdict(by_itself)), flush=True)
            n_over = over(talk)
    figures = {"gain_db": options.gain_db, "commands": len(VOICES) * len(COMMANDS), "quiet": n_quiet, "over": n_over}
    print(json.dumps({**figures, **asdict(by_itself)}))


if __name__ == "__main__":
    main()
