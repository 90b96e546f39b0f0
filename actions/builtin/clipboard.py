"""Copying, cutting, pasting, reading and setting the clipboard, and what was on it earlier."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event as StopSignal

from actions.bodies import Body, Done, Halted, Refused, Result, Undo, irrevocable
from actions.builtin.spoken import MAX_READ_OUT, sentence, shortened
from actions.builtin.trail import Mark, Trail
from actions.clipboard import MAX_CHARACTERS, Clipboard
from actions.clipboard_history import ClipboardHistory, is_whole
from actions.hands import Focus, Hands
from model.stream.errors import NotPermitted
from model.stream.values import Copied

MAX_LISTED = 5
# Programs in which Control C interrupts what runs, by the class of their window.
_TERMINALS = ("term", "konsole", "alacritty", "kitty", "tilix", "rxvt", "foot", "guake", "yakuake")
# Those in which Control Shift C does so as well: they have no keys for the clipboard.
_KEYLESS_TERMINALS = ("xterm", "rxvt")


def copying_bodies(hands: Hands, trail: Trail, clipboard: Clipboard) -> Mapping[str, Body]:
    """What the program in front is asked for, with its own keys."""

    def copy(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values
        focus = hands.active_window()
        if focus is None:
            return Refused("No window has the focus, so there is nothing to copy.")
        before = clipboard.read()
        if _is_keyless(focus):
            return copy_selected(before)
        if not press_and_wait(_chord("c", focus), stop):
            return Halted("Stopped copying.") if stop.is_set() else Refused("There is nothing selected to copy.")
        return Done("Copied.", _restoring(clipboard, before))

    def cut(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values
        focus = hands.active_window()
        if focus is None:
            return Refused("No window has the focus, so there is nothing to cut.")
        if _is_terminal(focus):
            return Refused("Nothing can be cut out of a terminal. I can copy it.")
        before, stood = clipboard.read(), trail.mark(focus)
        if not press_and_wait("ctrl+x", stop):
            return Halted("Stopped cutting.") if stop.is_set() else Refused("There is nothing selected to cut.")
        return Done("Cut.", _uncutting(hands, trail, stood, trail.mark(focus), _restoring(clipboard, before)))

    def paste(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values
        focus = hands.active_window()
        if focus is None:
            return Refused("No window has the focus, so there is nowhere to paste.")
        if _is_keyless(focus):
            return Refused("This terminal cannot paste from the clipboard. I can type the text instead.")
        before = trail.mark(focus)
        hands.press(_chord("v", focus), stop)
        if stop.is_set():
            return Halted("Stopped before pasting.")
        if _is_terminal(focus):
            return Done("Pasted.", irrevocable("What was pasted into a terminal cannot be taken back."))
        return Done("Pasted.", _unpasting(hands, trail, before, trail.mark(focus)))

    def copy_selected(before: Copied | None) -> Result:
        """What is selected is known without a key being pressed."""
        selected = clipboard.selected()
        if selected is None or selected.kind not in ("text", "url"):
            return Refused("There is nothing selected to copy.")
        if len(selected.text) >= MAX_CHARACTERS:
            return Refused("That is too long for me to copy.")
        clipboard.write(selected.text)
        return Done("Copied.", _restoring(clipboard, before))

    def press_and_wait(chord: str, stop: StopSignal) -> bool:
        """Whether the program in front really put something on the clipboard."""
        since = clipboard.changes()
        hands.press(chord, stop)
        return clipboard.changed(since, stop)

    return {"copy": copy, "cut": cut, "paste": paste}


def clipboard_bodies(clipboard: Clipboard, history: ClipboardHistory) -> Mapping[str, Body]:
    """What is on the clipboard, and what was."""

    def set_clipboard(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        before = clipboard.read()
        clipboard.write(values["text"])
        return Done(f"The clipboard now says: {sentence(shortened(values['text']))}", _restoring(clipboard, before))

    def read_clipboard(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        return Done(_read_out(clipboard.read()))

    def clipboard_history(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        entries = history.entries()
        if not entries:
            return Done("I have not seen you copy anything yet.")
        if "index" not in values:
            listed = "; ".join(f"{n}, {_described(entry)}" for n, entry in enumerate(entries[:MAX_LISTED], 1))
            return Done(f"The newest first, you copied: {sentence(listed)}")
        nth = abs(int(values["index"]))  # the second and the second last are the same: it is counted from the newest
        if nth > len(entries):
            return Refused(f"I remember no more than {_counted(len(entries), 'thing')} that you copied.")
        return put_back(entries[nth - 1])

    def put_back(entry: Copied) -> Result:
        if not entry.text:
            return Refused(f"That was {_described(entry)}. I keep texts only, so please copy it again.")
        if not is_whole(entry):
            return Refused(f"That was too long to be kept whole, please copy it again: {_described(entry)}")
        before = clipboard.read()
        if before is not None and (before.kind, before.text) == (entry.kind, entry.text):
            return Done(f"That is on your clipboard now: {sentence(_described(entry))}")
        clipboard.write(entry.text)
        what = "the paths of " if entry.kind == "files" else ""
        said = f"Back on your clipboard, ready to be pasted: {what}{sentence(_described(entry))}"
        return Done(said, _restoring(clipboard, before))

    return {"set_clipboard": set_clipboard, "read_clipboard": read_clipboard, "clipboard_history": clipboard_history}


def _chord(key: str, focus: Focus) -> str:
    return f"ctrl+shift+{key}" if _is_terminal(focus) else f"ctrl+{key}"


def _is_terminal(focus: Focus) -> bool:
    return any(name in focus.app for name in _TERMINALS)


def _is_keyless(focus: Focus) -> bool:
    return any(name in focus.app for name in _KEYLESS_TERMINALS)


# Saying what it is ----------------------------------------------------------------------------------------------


def _read_out(copied: Copied | None) -> str:
    match copied:
        case None:
            return "The program that you copied from does not answer."
        case Copied(kind="secret"):
            return "What is on your clipboard is marked as a secret, so I do not read it."
        case Copied(kind="files" | "image"):
            return f"On your clipboard: {sentence(_described(copied))}"
        case _ if copied.text.strip():
            return f"Your clipboard says: {sentence(shortened(copied.text, MAX_READ_OUT))}"
        case _:
            return "There is no text on your clipboard."


def _described(copied: Copied) -> str:
    match copied:
        case Copied(kind="files"):
            names = ", ".join(path.rstrip("/").rpartition("/")[2] or path for path in copied.text.split("\n"))
            return f"{_counted(copied.count, 'file')}, {shortened(names)}"
        case Copied(kind="image", width_px=0):
            return "an image"
        case Copied(kind="image"):
            return f"an image of {copied.width_px} by {copied.height_px} pixels"
        case _:
            return shortened(copied.text)


def _counted(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


# Taking it back -------------------------------------------------------------------------------------------------


def _restoring(clipboard: Clipboard, before: Copied | None) -> Undo:
    """Puts back what was on the clipboard; not if that was text too long to be known whole, or no text.

    What is there now is ours: should the user copy something afterwards, it stays.
    """
    if before is None or before.kind not in ("text", "url") or len(before.text) >= MAX_CHARACTERS:
        return irrevocable("I cannot put back what was on the clipboard before: I keep short texts only.")
    after = clipboard.read()

    def undo(stop: StopSignal) -> str:
        del stop
        if clipboard.read() != after:
            raise NotPermitted("I cannot take that back: something else was copied since.")
        clipboard.write(before.text)
        return "The clipboard is as it was."

    return undo


def _uncutting(hands: Hands, trail: Trail, before: Mark, after: Mark, restore: Undo) -> Undo:
    def undo(stop: StopSignal) -> str:
        trail.check(after)
        hands.press("ctrl+z", stop)
        trail.returned_to(before)
        said = "Put back what was cut."
        try:
            return f"{said} {restore(stop)}"
        except NotPermitted as error:
            return f"{said} The clipboard stays as it is. {error}"

    return undo


def _unpasting(hands: Hands, trail: Trail, before: Mark, after: Mark) -> Undo:
    def undo(stop: StopSignal) -> str:
        trail.check(after)
        hands.press("ctrl+z", stop)
        trail.returned_to(before)
        return "Took back what was pasted."

    return undo
