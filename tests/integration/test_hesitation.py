"""Who stops in the middle of a sentence is waited for, and then understood as a whole."""

from __future__ import annotations

import pytest

from desktop.minds import open_reflex, shipped_catalogue
from desktop.outputs import Output
from desktop.settings import Settings
from desktop.simulation import BLOCK_MS, MS, PAUSE_MS, WORD_MS, Simulator, dry_executor
from model.stream.values import Channel, Data, Event, Opened, Opening, Origin, Pause, Tone, Word

HESITATES_MS = 400
SILENT_MS = 2_000
REQUESTS = (
    ("set a timer for", "five minutes", "set_timer"),
    ("open the", "calculator", "open_app"),
    ("click on the", "submit button", "click"),
    ("add milk to the", "shopping list", "list_add"),
    ("remind me to", "call the dentist tomorrow", "set_reminder"),
    ("what is five", "times seven", "calculate"),
)


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    catalogue = shipped_catalogue()
    reflex = open_reflex(Settings(), catalogue)
    return Simulator(reflex, reflex.pieces, catalogue, dry_executor(catalogue))


@pytest.mark.parametrize(("begun", "rest", "action"), REQUESTS)
def test_nothing_is_done_before_the_rest_is_said(simulator: Simulator, begun: str, rest: str, action: str) -> None:
    resumed_ms = WORD_MS * len(begun.split()) + HESITATES_MS
    done = [output for output in simulator.play(_heard(begun, rest)) if output.channel is Channel.ACTION]
    assert [output.action for output in done] == [action]
    assert done[0].t_ms > resumed_ms + WORD_MS * len(rest.split())


def test_what_is_whole_is_done_at_the_pause(simulator: Simulator) -> None:
    done = _first_action(simulator.play(_heard("what time is it")))
    assert done.action == "tell_time"
    assert done.t_ms < 4 * WORD_MS + PAUSE_MS + BLOCK_MS


def _first_action(outputs: list[Output]) -> Output:
    return next(output for output in outputs if output.channel is Channel.ACTION)


def _heard(*parts: str) -> list[Event]:
    """What the ears report, where the microphone stays open and each part is followed by a silence."""
    events = [Event(0, Channel.USER, Opened(Opening.TOGGLE), Origin.USER)]
    start_ms = 0
    for number, part in enumerate(parts, 1):
        words = part.split()
        end_ms = start_ms + WORD_MS * len(words)
        silent_ms = HESITATES_MS if number < len(parts) else SILENT_MS
        events += [_user(start_ms + WORD_MS * n, Word(word)) for n, word in enumerate(words, 1)]
        events.append(_user(end_ms + PAUSE_MS, Pause()))
        events += [_tone(ms, Tone(0.97, -14.0, 160.0, 0)) for ms in range(start_ms, end_ms, BLOCK_MS)]
        events += [_tone(end_ms + ms, Tone(0.01, -100.0, 0.0, ms)) for ms in range(BLOCK_MS, silent_ms, BLOCK_MS)]
        start_ms = end_ms + silent_ms
    return sorted(events, key=lambda event: event.t_ns)


def _user(ms: int, data: Data) -> Event:
    return Event(ms * MS, Channel.USER, data, Origin.USER)


def _tone(ms: int, data: Tone) -> Event:
    return Event(ms * MS, Channel.TONE, data, Origin.WORLD)
