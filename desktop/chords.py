"""What pressed keys mean: a pure state machine from keys with times to intents. Knows no device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from desktop.intents import Intent, Wish
from model.stream.errors import BadSettings

TAP_MS = 300
REPEAT_MS = 5000
"""A key pressed again within this time of its last press repeats by itself; later, its release was missed.

Keys repeat every 30 ms, but a busy display was seen to deliver them more than a second late.
"""
STUCK_MS = 30_000
"""A key down for longer without a sign of life neither completes nor spoils a chord: its release was missed."""

MODIFIERS = frozenset({"ctrl", "alt", "alt_gr", "shift", "cmd"})
Chord = frozenset[str]


@dataclass(frozen=True, slots=True)
class Chords:
    """The chords that mean something. `prompt` opens the line to type to the assistant."""

    talk: Chord
    panic: Chord
    prompt: Chord | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A key went down or up. `name` is lower case, the same for the left and the right one of a pair."""

    name: str
    down: bool
    t_ms: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the keys' meaning depends on."""

    listening: bool = False
    active: bool = False
    """Something is going on that Esc would cancel."""


@dataclass(frozen=True, slots=True)
class Held:
    """Which keys are down, when each was last pressed, and since when the talk chord is held."""

    pressed_ms: Mapping[str, float] = field(default_factory=dict[str, float])
    talking_since_ms: float | None = None


def parse_chord(text: str) -> Chord:
    """Read `<ctrl>+<alt>+space`. Raises `BadSettings` if it is not a chord with a modifier."""
    names = [part.strip().removeprefix("<").removesuffix(">").lower() for part in text.split("+")]
    aliases = {"control": "ctrl", "super": "cmd", "win": "cmd", "meta": "cmd", "escape": "esc", "return": "enter"}
    chord = frozenset(aliases.get(name, name) for name in names)
    if "" in chord or len(chord) != len(names):
        raise BadSettings(f"The hotkey {text!r} cannot be read; write it like <ctrl>+<alt>+space.")
    if not chord & MODIFIERS or chord <= MODIFIERS:
        raise BadSettings(f"The hotkey {text!r} needs a modifier and one more key, like <ctrl>+<alt>+space.")
    return chord


def spelled(chord: Chord) -> str:
    """As people write it: Ctrl+Alt+Space."""
    order = ("ctrl", "alt", "alt_gr", "shift", "cmd")
    names = sorted(chord, key=lambda name: (order.index(name) if name in order else len(order), name))
    return "+".join(name.capitalize() for name in names)


def react(chords: Chords, held: Held, key: Key, around: Surroundings) -> tuple[Held, tuple[Intent, ...]]:
    """The keys held after this one and what it asks for."""
    return _press(chords, held, key, around) if key.down else _release(chords, held, key)


def _press(chords: Chords, held: Held, key: Key, around: Surroundings) -> tuple[Held, tuple[Intent, ...]]:
    last_ms = held.pressed_ms.get(key.name)
    talking = held.talking_since_ms is not None and key.name in chords.talk
    repeats = last_ms is not None and (talking or key.t_ms - last_ms < REPEAT_MS)
    held = replace(held, pressed_ms={**held.pressed_ms, key.name: key.t_ms})
    if repeats:
        return held, ()
    if _completes(chords.panic, held, key):
        return replace(held, talking_since_ms=None), (Intent(Wish.PANIC),)
    if _completes(chords.talk, held, key):
        if around.listening:
            return held, (Intent(Wish.CLOSE_LISTENING),)
        return replace(held, talking_since_ms=key.t_ms), (Intent(Wish.LISTEN_HOLD),)
    if chords.prompt is not None and _completes(chords.prompt, held, key):
        return held, (Intent(Wish.PROMPT),)
    if key.name == "esc" and around.active:
        return replace(held, talking_since_ms=None), (Intent(Wish.CANCEL),)
    return held, ()


def _release(chords: Chords, held: Held, key: Key) -> tuple[Held, tuple[Intent, ...]]:
    since_ms = held.talking_since_ms
    held = replace(held, pressed_ms={name: t_ms for name, t_ms in held.pressed_ms.items() if name != key.name})
    if since_ms is None or key.name not in chords.talk:
        return held, ()
    tapped = key.t_ms - since_ms < TAP_MS
    # A tap keeps open what the press had opened, so that the first word of a fast talker is not lost.
    wish = Wish.LISTEN_TOGGLE if tapped else Wish.CLOSE_LISTENING
    return replace(held, talking_since_ms=None), (Intent(wish),)


def _completes(chord: Chord, held: Held, key: Key) -> bool:
    """Whether this key is the last one of the chord, with no other modifier down."""
    down = {name for name, pressed_ms in held.pressed_ms.items() if key.t_ms - pressed_ms <= STUCK_MS}
    return key.name in chord and chord <= down and not (down & MODIFIERS) - chord
