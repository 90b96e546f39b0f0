"""Typing and pressing keys."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event as StopSignal

from actions.bodies import Body, Done, Halted, Refused, Result, Undo, irrevocable
from actions.builtin.spoken import sentence, shortened
from actions.builtin.trail import Mark, Trail
from actions.hands import Hands, can_be_erased, typeable


def keyboard_bodies(hands: Hands, trail: Trail) -> Mapping[str, Body]:
    def type_text(values: Mapping[str, str], stop: StopSignal) -> Result:
        text = typeable(values["text"])
        if not text:
            return Refused("There is nothing in it that can be typed.")
        focus = hands.active_window()
        if focus is None:
            return Refused("No window has the focus, so there is nowhere to type.")
        before = trail.mark(focus)
        typed = hands.type_text(text, stop)
        undo = erasing(hands, trail, text[:typed], before, trail.mark(focus))
        if typed < len(text) and not stop.is_set():
            return Halted(f"Another window took the keyboard, so I stopped after {typed} characters.", undo)
        if typed < len(text):
            return Halted(f"Stopped typing after {typed} characters.", undo)
        return Done(f"Typed {sentence(shortened(text))}", undo)

    def press_keys(values: Mapping[str, str], stop: StopSignal) -> Result:
        chords = values["keys"].split()
        for chord in chords:
            hands.press(chord, stop)
        if stop.is_set():
            return Halted("Stopped pressing keys.")
        return Done(f"Pressed {', '.join(map(_spoken_chord, chords))}.")

    return {"type_text": type_text, "press_keys": press_keys}


def erasing(hands: Hands, trail: Trail, typed: str, before: Mark, after: Mark) -> Undo | None:
    """Takes typed text back by Backspace, if nothing came in between that it could erase instead."""
    if not typed:
        return None
    if not can_be_erased(typed):
        return irrevocable("I cannot erase that key by key: it has a Return, a Tab or joined letters. Try Control Z.")

    def undo(stop: StopSignal) -> str:
        trail.check(after)
        for _ in typed:
            hands.press("backspace", stop)
        if stop.is_set():
            return "Stopped erasing."
        trail.returned_to(before)
        return f"Erased {sentence(shortened(typed))}"

    return undo


_SPOKEN_KEYS = {"ctrl": "Control", "esc": "Escape", "-": "minus", "/": "slash", ".": "period", ",": "comma"}


def _spoken_chord(chord: str) -> str:
    return " ".join(_SPOKEN_KEYS.get(key, key.replace("_", " ").capitalize()) for key in chord.split("+"))
