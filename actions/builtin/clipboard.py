"""Copying, pasting, reading and setting the clipboard."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event as StopSignal

from actions.bodies import Body, Done, Halted, Refused, Result, Undo
from actions.builtin.spoken import MAX_READ_OUT, sentence, shortened
from actions.builtin.trail import Mark, Trail
from actions.clipboard import MAX_CHARACTERS, Clipboard
from actions.hands import Focus, Hands

# Programs in which Control C interrupts what runs, by the class of their window.
_TERMINALS = ("term", "konsole", "alacritty", "kitty", "tilix", "rxvt", "foot", "guake", "yakuake")


def clipboard_bodies(hands: Hands, trail: Trail, clipboard: Clipboard) -> Mapping[str, Body]:
    def copy(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values
        before = clipboard.read()
        hands.press(_chord("c", hands.active_window()), stop)
        return Halted("Stopped before copying.") if stop.is_set() else Done("Copied.", _restoring(clipboard, before))

    def paste(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values
        focus = hands.active_window()
        if focus is None:
            return Refused("No window has the focus, so there is nowhere to paste.")
        before = trail.mark(focus)
        hands.press(_chord("v", focus), stop)
        if stop.is_set():
            return Halted("Stopped before pasting.")
        return Done("Pasted.", None if _is_terminal(focus) else _unpasting(hands, trail, before, trail.mark(focus)))

    def set_clipboard(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        before = clipboard.read()
        clipboard.write(values["text"])
        return Done(f"The clipboard now says: {sentence(shortened(values['text']))}", _restoring(clipboard, before))

    def read_clipboard(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        text = clipboard.read()
        if not text.strip():
            return Done("There is no text on your clipboard.")
        return Done(f"Your clipboard says: {sentence(shortened(text, MAX_READ_OUT))}")

    return {"copy": copy, "paste": paste, "set_clipboard": set_clipboard, "read_clipboard": read_clipboard}


def _chord(key: str, focus: Focus | None) -> str:
    return f"ctrl+shift+{key}" if focus is not None and _is_terminal(focus) else f"ctrl+{key}"


def _is_terminal(focus: Focus) -> bool:
    return any(name in focus.app for name in _TERMINALS)


def _restoring(clipboard: Clipboard, before: str) -> Undo | None:
    """Puts back what was on the clipboard; not if that was text too long to be known whole, or no text."""
    if not before or len(before) >= MAX_CHARACTERS:
        return None

    def undo(stop: StopSignal) -> str:
        del stop
        clipboard.write(before)
        return "The clipboard is as it was."

    return undo


def _unpasting(hands: Hands, trail: Trail, before: Mark, after: Mark) -> Undo:
    def undo(stop: StopSignal) -> str:
        trail.check(after)
        hands.press("ctrl+z", stop)
        trail.returned_to(before)
        return "Took back what was pasted."

    return undo
