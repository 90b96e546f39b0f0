"""How fast it answers, acts, gives way and stops: spoken requests, and what came out of the loudspeaker."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.measures import Samples, percentile
from benchmarks.sound import Ears, Sound, listening
from benchmarks.stage import Stage
from desktop.probing import Probe, open_probe
from model.stream.errors import DeviceLost

REQUESTS = (
    "what time is it",
    "what is on my clipboard",
    "what day is it today",
    "read the clipboard",
    "tell me the time",
)
DICTATIONS = ("type hello world", "type good morning", "type see you tomorrow", "type thank you", "type yes please")
INTERRUPTIONS = {1.6: "stop", 1.97: "stop talking", 2.33: "be quiet", 2.7: "stop stop"}
"""After so many seconds of the voice: past "your clipboard says" and the pause behind it, which cannot be lowered."""
INTERRUPTED_TIMES = 3
ANSWER_WITHIN_S = 10.0
SETTLED_AFTER_S = 1.0
"""Nothing heard or typed for so long: it is over."""

LONG_TEXT = (
    "the morning was cold and clear and the people on the market were already talking about the long winter while the "
    "children played with the dogs"
)
LONG_REPLY = "what is on my clipboard"
LONG_DICTATION = "type what is on my clipboard"
TYPED_TIMES = 10
"""How often the long text stands on the clipboard to be typed: a person takes a while to panic."""
STOPPED_FOR_MS = 400
"""A pause that is longer than any between the words of a reply."""

PANICS = 3
SPOKEN_PANIC = "stop everything"
UNFINISHED = 0.7
"""Less than this share of the text was typed: the panic came in the middle."""

UNDER_WAY_S = 0.7
HEARD_WITHIN_S = 3.0
LONGEST_REPLY_S = 30.0
POLL_S = 0.05
NS_PER_MS = 1e6
NS_PER_S = 1e9


def first_sound_ms(stage: Stage) -> Samples:
    """From the last sound that reached the microphone, and beside it from the release of the key."""
    stage.play_recorded()
    stage.copy("meet me at noon")
    replies = [reply_times(stage, request) for request in REQUESTS]
    waits = [times.wait_ms for times in replies if times.wait_ms is not None]
    _require(waits, "no spoken request was answered aloud")
    after_release = [(times.done_ns - times.released_ns) / NS_PER_MS for times in replies if times.done_ns is not None]
    return Samples(waits, {"after_release_p50": percentile(after_release, 50)})


def action_ms(stage: Stage) -> Samples:
    """From the last sound that reached the microphone until the last letter stands in somebody else's window."""
    stage.play_recorded()
    probe = open_probe(stage.desktop)
    try:
        done = [typing_times(stage, probe, request) for request in DICTATIONS]
    finally:
        probe.close()
    waits = [times.wait_ms for times in done if times.wait_ms is not None]
    return Samples(_require(waits, "no spoken request was carried out"))


def barge_in_ms(stage: Stage) -> Samples:
    """From the first sound of somebody who talks over the voice, until it is lowered and until it is silent."""
    stage.play_recorded()
    stage.copy(LONG_TEXT)
    usual = _uninterrupted_reply(stage)
    lowered: list[float] = []
    stopped: list[float] = []
    n_over = 0
    for after_s, interruption in [*INTERRUPTIONS.items()] * INTERRUPTED_TIMES:
        user, voice, spoke_ns = _talk_over(stage, interruption, after_s)
        over_ns = user.first_ns(after_ns=spoke_ns)
        if over_ns is None or (voice.first_ns() or over_ns) >= over_ns:
            continue  # there was nobody to talk over
        n_over += 1
        lowered_ns, stopped_ns = voice.lowered_ns(usual, over_ns), voice.silent_from_ns(over_ns, STOPPED_FOR_MS)
        ended_by_itself_ns = (voice.first_ns() or 0) + _length_ns(usual)
        if lowered_ns is not None:
            lowered.append((lowered_ns - over_ns) / NS_PER_MS)
        if stopped_ns is not None and stopped_ns < ended_by_itself_ns - STOPPED_FOR_MS * NS_PER_MS:
            stopped.append((stopped_ns - over_ns) / NS_PER_MS)
    _require(lowered, "the voice was never lowered")
    details = {"stopped_p50": percentile(stopped, 50), "stopped_p95": percentile(stopped, 95)} if stopped else {}
    return Samples(lowered, {**details, "interruptions": n_over, "stopped": len(stopped)})


def panic_ms(stage: Stage) -> Samples:
    """From the command to the last sound, and until every key is let go of, as answered and as anybody else sees it."""
    stage.play_recorded()
    stage.copy(LONG_TEXT)
    silent = [wait for _ in range(PANICS) if (wait := _panic_while_speaking(stage)) is not None]
    stage.copy(" ".join([LONG_TEXT] * TYPED_TIMES))
    probe = open_probe(stage.desktop)
    try:
        released = [wait for _ in range(PANICS) if (wait := _panic_while_typing(stage, probe)) is not None]
        spoken = [wait for _ in range(PANICS) if (wait := _panic_by_voice(stage, probe)) is not None]
    finally:
        probe.close()
    _require(silent + released, "neither speech nor typing was under way")
    figures = {"silent_p95": silent, "released_p95": released, "spoken_p95": spoken}
    measured = {name: percentile(waits, 95) for name, waits in figures.items() if waits}
    counts = {"silent": len(silent), "released": len(released), "spoken": len(spoken)}
    return Samples(silent + released, {**measured, **counts})


@dataclass(frozen=True, slots=True)
class Times:
    """The user's last sound, the release of the key, and what was waited for; None where there was none."""

    said_ns: int | None
    released_ns: int
    done_ns: int | None

    @property
    def wait_ms(self) -> float | None:
        if self.said_ns is None or self.done_ns is None:
            return None
        return (self.done_ns - self.said_ns) / NS_PER_MS


def reply_times(stage: Stage, request: str, say: Callable[[Stage, str], None] = Stage.hold_and_say) -> Times:
    """Done is the first sound of the reply."""
    with listening(stage.desktop) as ears:
        say(stage, request)
        released_ns = time.monotonic_ns()
        _wait_for_voice(ears)
        _wait_until_silent(ears)
    return Times(ears.user.sound().last_ns(), released_ns, ears.voice.sound().first_ns())


def typing_times(
    stage: Stage, probe: Probe, request: str, say: Callable[[Stage, str], None] = Stage.hold_and_say
) -> Times:
    """Done is the last letter."""
    n_before = len(probe.rows)
    with listening(stage.desktop) as ears:
        say(stage, request)
        released_ns = time.monotonic_ns()
        typed_ns = _typed_ns(probe, n_before)
        _wait_until_silent(ears)
    return Times(ears.user.sound().last_ns(), released_ns, typed_ns)


def _uninterrupted_reply(stage: Stage) -> Sound:
    with listening(stage.desktop) as ears:
        stage.hold_and_say(LONG_REPLY)
        if not _wait_for_voice(ears):
            raise DeviceLost(f"It could not be measured: {LONG_REPLY!r} was not answered aloud.")
        _wait_until_silent(ears)
    return ears.voice.sound()


def _talk_over(stage: Stage, interruption: str, after_s: float) -> tuple[Sound, Sound, int]:
    """What the user said, what the voice played, and from when on the user talked over it."""
    wav = stage.desktop.voice_file(interruption)
    with listening(stage.desktop) as ears:
        stage.call("listen")
        try:
            stage.desktop.say(LONG_REPLY)
            _wait_for_voice(ears)
            time.sleep(after_s)
            spoke_ns = time.monotonic_ns()
            stage.desktop.speak(wav)
            time.sleep(HEARD_WITHIN_S)
        finally:
            stage.call("toggle")
        _wait_until_silent(ears)
    return ears.user.sound(), ears.voice.sound(), spoke_ns


def _panic_while_speaking(stage: Stage) -> float | None:
    """Until the last sound; None if nothing was being said, as between two words."""
    with listening(stage.desktop) as ears:
        stage.hold_and_say(LONG_REPLY)
        if not _wait_for_voice(ears):
            return None
        time.sleep(UNDER_WAY_S)
        panicked_ns, _ = _panic(stage)
    last_ns = ears.voice.sound().last_ns()
    if last_ns is None or last_ns <= panicked_ns:
        return None
    return (last_ns - panicked_ns) / NS_PER_MS


def _panic_while_typing(stage: Stage, probe: Probe) -> float | None:
    """Until the answer, or a later key that goes down or up; None if nothing was typed, or all of it."""
    n_before, length_before = len(probe.rows), len(probe.text)
    stage.hold_and_say(LONG_DICTATION)
    if not _wait_until(lambda: len(probe.text) > length_before, ANSWER_WITHIN_S):
        return None
    panicked_ns, answered_ns = _panic(stage)
    if len(probe.text) - length_before > UNFINISHED * TYPED_TIMES * len(LONG_TEXT):
        return None
    last_key_ns = _rows(probe, "key", n_before)[-1]["t_ns"]
    return (max(answered_ns, last_key_ns) - panicked_ns) / NS_PER_MS


def _panic_by_voice(stage: Stage, probe: Probe) -> float | None:
    """From the last sound of "stop everything" to the last key; None if all was typed, or no panic came."""
    n_before, length_before = len(probe.rows), len(probe.text)
    with listening(stage.desktop) as ears:
        stage.call("listen")
        stage.desktop.say(LONG_DICTATION)
        _wait_until(lambda: len(probe.text) > length_before, ANSWER_WITHIN_S)
        stage.desktop.say(SPOKEN_PANIC)
        panicked = _wait_until(lambda: stage.call("status")["standing"] == "panicked", HEARD_WITHIN_S)
        time.sleep(SETTLED_AFTER_S)
    stage.call("rearm" if panicked else "toggle")
    said_ns = ears.user.sound().last_ns()
    unfinished = len(probe.text) - length_before <= UNFINISHED * TYPED_TIMES * len(LONG_TEXT)
    if said_ns is None or not (panicked and unfinished):
        return None
    return (_rows(probe, "key", n_before)[-1]["t_ns"] - said_ns) / NS_PER_MS


def _panic(stage: Stage) -> tuple[int, int]:
    """Panic, give it time to be too late, and re-arm. Returns when it was called, and when it had been done."""
    panicked_ns = time.monotonic_ns()
    stage.call("panic")
    answered_ns = time.monotonic_ns()
    time.sleep(SETTLED_AFTER_S)
    stage.call("rearm")
    return panicked_ns, answered_ns


def _typed_ns(probe: Probe, n_before: int) -> int | None:
    """When the last letter came, once none has come for a while; None if none came."""
    if not _wait_until(lambda: bool(_rows(probe, "text", n_before)), ANSWER_WITHIN_S):
        return None

    def last() -> int:
        return _rows(probe, "text", n_before)[-1]["t_ns"]

    _wait_until(lambda: time.monotonic_ns() - last() > SETTLED_AFTER_S * NS_PER_S, ANSWER_WITHIN_S)
    return last()


def _rows(probe: Probe, kind: str, n_before: int) -> list[dict[str, Any]]:
    return [row for row in probe.rows[n_before:] if kind in row]


def _wait_for_voice(ears: Ears) -> bool:
    return _wait_until(lambda: ears.voice.sound().first_ns() is not None, ANSWER_WITHIN_S)


def _wait_until_silent(ears: Ears) -> None:
    def silent() -> bool:
        last_ns = ears.voice.sound().last_ns()
        return last_ns is None or time.monotonic_ns() - last_ns > SETTLED_AFTER_S * NS_PER_S

    _wait_until(silent, LONGEST_REPLY_S)


def _wait_until(condition: Callable[[], bool], within_s: float) -> bool:
    """Whether the condition came to hold in time."""
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(POLL_S)
    return True


def _length_ns(sound: Sound) -> int:
    return (sound.last_ns() or 0) - (sound.first_ns() or 0)


def _require(waits: Sequence[float], otherwise: str) -> Sequence[float]:
    if not waits:
        raise DeviceLost(f"It could not be measured: {otherwise}.")
    return waits
