"""Taking dictation into whatever window has the focus."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Event as StopSignal

from actions.bodies import Body, Done, Halted, Refused, Result, Undo, irrevocable
from actions.builtin.keyboard import erasing
from actions.builtin.trail import Mark, Trail
from actions.dictation import Dictation, Edit, End, Erase, Type
from actions.hands import Hands, can_be_erased
from model.stream.errors import NotPermitted


def dictation_bodies(
    hands: Hands, trail: Trail, dictation: Dictation, names: Callable[[], Sequence[str]]
) -> Mapping[str, Body]:
    """`names` are words of the user's own, each spelled as it is to be written."""

    def start_dictation(values: Mapping[str, str], stop: StopSignal) -> Result:
        """Runs until dictation ends: meanwhile the hands do nothing else."""
        del values
        if hands.active_window() is None:
            return Refused("No window has the focus, so there is nowhere to type.")
        sheet = _Sheet(hands, trail)
        with dictation.on(names()):
            for edit in dictation.edits(stop):
                if isinstance(edit, End):
                    break
                sheet.apply(edit, stop)
        undo = sheet.undo()
        count = len(sheet.text.split())
        said = f"Dictation is over: {count} word{'' if count == 1 else 's'}."
        return Halted(said, undo) if stop.is_set() else Done(said, undo)

    def stop_dictation(values: Mapping[str, str], stop: StopSignal) -> Result:
        """The executor has ended a dictation under way, as it does for "stop"."""
        del values, stop
        return Done("I take no dictation.")

    return {"start_dictation": start_dictation, "stop_dictation": stop_dictation}


class _Sheet:
    """What dictation has typed so far and not erased."""

    def __init__(self, hands: Hands, trail: Trail) -> None:
        self._hands = hands
        self._trail = trail
        self._first: Mark | None = None
        self._last: Mark | None = None
        self.text = ""

    def apply(self, edit: Edit, stop: StopSignal) -> None:
        focus = self._hands.active_window()
        if focus is None:
            return  # there is nowhere to type until the user chooses another window
        self._wait_for_keys(stop)
        if self._first is None:
            self._first = self._trail.mark(focus)
        match edit:
            case Type(text=text):
                self.text += text[: self._hands.type_text(text, stop)]
            case Erase(count=count):
                self._erase(count, stop)
            case End():
                pass
        self._last = self._trail.mark(focus)

    def undo(self) -> Undo | None:
        """Possible while all of it stands in one window and one line."""
        first, last = self._first, self._last
        if first is None or last is None:
            return None
        if first.window != last.window:
            return irrevocable("I typed that into more than one window; take it back there.")
        return erasing(self._hands, self._trail, self.text, first, last)

    def _erase(self, count: int, stop: StopSignal) -> None:
        """Nothing, where another window has the focus by now: Backspace would take its text."""
        gone = self.text[len(self.text) - count :]
        try:
            if self._last is not None:
                self._trail.check(self._last)
        except NotPermitted:
            return
        if can_be_erased(gone.replace("\n", "")):  # in dictation a Return made a new line and sent nothing
            for _ in gone:
                self._hands.press("backspace", stop)
            self.text = self.text[: len(self.text) - count]

    def _wait_for_keys(self, stop: StopSignal) -> None:
        """Who holds the key to talk is heard first and typed for when they let go, however long that takes."""
        while not stop.is_set():
            try:
                self._hands.ready(stop)
                return
            except NotPermitted:
                continue
