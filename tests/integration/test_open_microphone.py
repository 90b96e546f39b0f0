"""A microphone that stays open: what is asked in the tenth minute is answered as in the first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from desktop.minds import open_reflex, shipped_catalogue
from desktop.settings import Settings
from desktop.simulation import BLOCK_MS, MS, PAUSE_MS, WORD_MS, Simulator, dry_executor
from model.stream.values import (
    Channel,
    ChannelClosed,
    Copied,
    Data,
    Event,
    Line,
    Opened,
    Opening,
    Origin,
    Pause,
    Place,
    Tone,
    Word,
)

QUIET_MS = 2_000
"""So long the ears report how silent it is."""
BETWEEN_MS = 6_000
REQUESTS = {
    "what time is it": "tell_time",
    "scroll down": "scroll",
    "set a timer for five minutes": "set_timer",
    "what day is it today": "tell_date",
    "take a screenshot": "screenshot",
    "turn the volume up": "set_volume",
    "undo that": "undo",
}
REQUESTS_IN_DOUBT = {
    "what is on my clipboard": "read_clipboard",
    "read the screen": "read_screen",
    "type see you tomorrow": "type_text",
    "open the calculator": "open_app",
    "what is two plus two": "calculate",
    "click the submit button": "click",
}
NOT_UNDERSTOOD = "can much chen is left"
LAGS_MS = (30, 60, 90)
PHASES_MS = (0, 60)
"""Where the 80 ms of a tone begin, as the words count them."""


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    catalogue = shipped_catalogue()
    reflex = open_reflex(Settings(), catalogue)
    return Simulator(reflex, reflex.pieces, catalogue, dry_executor(catalogue))


def test_requests_are_answered_one_after_the_other_for_minutes(simulator: Simulator) -> None:
    asked = [*REQUESTS] * 3
    assert _called(simulator, asked) == [REQUESTS[text] for text in asked]


def test_what_was_not_understood_does_not_spoil_what_follows(simulator: Simulator) -> None:
    called = _called(simulator, [NOT_UNDERSTOOD, *REQUESTS, NOT_UNDERSTOOD, *REQUESTS])
    assert called[-len(REQUESTS) :] == [*REQUESTS.values()]


@pytest.mark.parametrize("lag_ms", LAGS_MS)
@pytest.mark.parametrize("phase_ms", PHASES_MS)
def test_doubt_at_the_pause_does_not_leave_a_request_unanswered(
    simulator: Simulator, lag_ms: int, phase_ms: int
) -> None:
    for text in REQUESTS_IN_DOUBT:
        assert _called(simulator, [text], lag_ms, phase_ms) == [REQUESTS_IN_DOUBT[text]], text


@pytest.mark.parametrize("text", REQUESTS_IN_DOUBT)
@pytest.mark.parametrize("lost_after_ms", [PAUSE_MS + 40, PAUSE_MS + 300])
def test_what_was_heard_before_the_microphone_went_away_is_not_acted_on_later(
    simulator: Simulator, text: str, lost_after_ms: int
) -> None:
    lost_ms = WORD_MS * len(text.split()) + lost_after_ms
    heard = [event for event in _heard([text], LAGS_MS[-1], 0) if event.t_ns <= lost_ms * MS]
    before = _actions(simulator, heard)
    lost = _event(lost_ms, Channel.USER, ChannelClosed(cut=True))
    lines = [_event(lost_ms + ms, Channel.SCREEN, Line(ms, f"{ms}", Place(0, 0, 9, 9))) for ms in range(80, 4_000, 80)]
    assert _actions(simulator, [*heard, lost, *lines]) == before


def test_nothing_is_done_before_the_first_word(simulator: Simulator) -> None:
    opened_ms = 100_000
    silence = [_event(opened_ms + ms, Channel.TONE, Tone(0.0, -60.0, 0.0, ms)) for ms in range(80, 4_000, 80)]
    empty = _event(0, Channel.CLIPBOARD, Copied("text", "", 0))
    assert _actions(simulator, [empty, _event(opened_ms, Channel.USER, Opened(Opening.TOGGLE)), *silence]) == []


def _called(simulator: Simulator, asked: Sequence[str], lag_ms: int = 0, phase_ms: int = 0) -> list[str]:
    """Which actions came out, in order, but for those that do nothing."""
    return _actions(simulator, _heard(asked, lag_ms, phase_ms))


def _actions(simulator: Simulator, events: Sequence[Event]) -> list[str]:
    outputs = simulator.play(events)
    return [each.action for each in outputs if each.channel is Channel.ACTION and each.action != "none"]


def _heard(asked: Sequence[str], lag_ms: int, phase_ms: int) -> list[Event]:
    """What the ears report, sounds and silence among it, where the microphone is opened once and for all."""
    events = [Event(0, Channel.USER, Opened(Opening.TOGGLE), Origin.USER)]
    start_ms = 0
    for words in (text.split() for text in asked):
        end_ms = start_ms + WORD_MS * len(words)
        heard_ms = start_ms + lag_ms
        said: list[tuple[int, Data]] = [(heard_ms + WORD_MS * n, Word(word)) for n, word in enumerate(words, 1)]
        events += [_event(ms, Channel.USER, data) for ms, data in (*said, (end_ms + PAUSE_MS, Pause()))]
        voiced = range(start_ms + phase_ms, end_ms, BLOCK_MS)
        events += [_event(ms, Channel.TONE, Tone(0.97, -14.0, 160.0, 0)) for ms in voiced]
        silent = range(BLOCK_MS - phase_ms, QUIET_MS, BLOCK_MS)
        events += [_event(end_ms + ms, Channel.TONE, Tone(0.01, -100.0, 0.0, ms)) for ms in silent]
        start_ms = end_ms + BETWEEN_MS
    return sorted(events, key=lambda event: event.t_ns)


def _event(t_ms: int, channel: Channel, data: Data) -> Event:
    return Event(t_ms * MS, channel, data, Origin.USER if channel is Channel.USER else Origin.WORLD)
