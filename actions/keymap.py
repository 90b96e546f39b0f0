"""Which keycode and modifiers make which character on this X server; what is on no key is lent a spare one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from Xlib import XK, X
from Xlib.display import Display

from actions.xtest import clear_keycode

_KEYSYMS = {
    "enter": "Return", "esc": "Escape", "tab": "Tab", "space": "space", "backspace": "BackSpace", "delete": "Delete",
    "insert": "Insert", "home": "Home", "end": "End", "page_up": "Page_Up", "page_down": "Page_Down", "up": "Up",
    "down": "Down", "left": "Left", "right": "Right", "menu": "Menu", "print_screen": "Print", "pause": "Pause",
    "caps_lock": "Caps_Lock", "num_lock": "Num_Lock", "scroll_lock": "Scroll_Lock", "plus": "plus",
    "ctrl": "Control_L", "shift": "Shift_L", "alt": "Alt_L", "super": "Super_L",
}  # fmt: skip

_CONTROL = {"\n": 0xFF0D, "\t": 0xFF09}
_LEVEL3_SHIFT = 0xFE03  # ISO_Level3_Shift, the AltGr key
_UNICODE = 0x01000000  # Source: X11 protocol, appendix A, keysyms of Unicode characters


@dataclass(frozen=True, slots=True)
class Stroke:
    """A key and the modifier keys that must be down with it, all keycodes."""

    keycode: int
    modifiers: tuple[int, ...] = ()


class Keymap:
    """The keyboard as it is now; `refresh` after the layout may have changed.

    `on_lend` and `on_return` are told of keycodes that are lent, before and after.
    """

    def __init__(self, display: Display, on_lend: Callable[[int], None], on_return: Callable[[int], None]) -> None:
        self._display = display
        self._on_lend = on_lend
        self._on_return = on_return
        self._lent: OrderedDict[str, int] = OrderedDict()
        self._strokes: dict[int, Stroke] = {}
        self._spare: list[int] = []
        self._caps = False
        self._group = 0
        self._changed = False
        self._rules = display.get_atom("_XKB_RULES_NAMES")

    def watch(self, on: bool) -> None:
        """Be told when a layout is loaded: of that, old clients hear nothing but the note that is left at the root."""
        self._display.screen().root.change_attributes(event_mask=X.PropertyChangeMask if on else 0)

    def refresh(self) -> None:
        self._remapped()  # what was told until now is what is read now
        self._changed = False
        first, last = self._display.display.info.min_keycode, self._display.display.info.max_keycode
        rows = list(enumerate(self._display.get_keyboard_mapping(first, last - first + 1), start=first))
        self._caps, self._group = self._state()
        self._spare = [code for code, symbols in rows if not any(symbols)]
        self._forget_lost(dict(rows))
        self._strokes = self._read(rows, self._group)

    def stale(self) -> bool:
        """Whether the user has changed the layout since `refresh`, or another program the keyboard."""
        self._changed |= self._remapped()
        return self._changed or self._state()[1] != self._group

    @property
    def caps_lock(self) -> Stroke | None:
        """The key that switches Caps Lock off; None where it is off, or there is no such key."""
        return self._strokes.get(XK.XK_Caps_Lock) if self._caps else None

    def _state(self) -> tuple[bool, int]:
        """Whether Caps Lock is on, and which of several layouts is in use."""
        mask = self._display.screen().root.query_pointer().mask
        return bool(mask & X.LockMask), (mask >> 13) & 3

    def _remapped(self) -> bool:
        """The server tells every client when the keyboard changes; so does what we lend, which is taken out there."""
        self._display.sync()
        events = [self._display.next_event() for _ in range(self._display.pending_events())]
        for event in events:
            if event.type == X.MappingNotify:
                self._display.refresh_keyboard_mapping(event)
        return any(
            (event.type == X.MappingNotify and event.request != X.MappingPointer)
            or (event.type == X.PropertyNotify and event.atom == self._rules)
            for event in events
        )

    def _forget_lost(self, rows: Mapping[int, Sequence[int]]) -> None:
        """A layout that is loaded anew takes back what was lent."""
        for character, code in list(self._lent.items()):
            if _symbol(character) not in rows[code]:
                del self._lent[character]
                self._on_return(code)

    def _read(self, rows: Sequence[tuple[int, Iterable[int]]], group: int) -> dict[int, Stroke]:
        """Symbol to stroke, without the lent keys. Columns are two per group, then the AltGr levels likewise.

        Source: The X Keyboard Extension, Protocol Specification, 12.4, for up to two groups.
        """
        shift = self._display.keysym_to_keycode(XK.XK_Shift_L)
        level3 = self._display.keysym_to_keycode(_LEVEL3_SHIFT)
        first = 2 * min(group, 1)
        columns = [(first, ()), (first + 1, (shift,))]
        if level3:
            columns += [(first + 4, (level3,)), (first + 5, (level3, shift))]
        lent = set(self._lent.values())
        strokes: dict[int, Stroke] = {}
        for column, modifiers in columns:
            for code, symbols in rows:
                row = list(symbols)
                if column < len(row) and row[column] and code not in lent:
                    strokes.setdefault(row[column], Stroke(code, modifiers))
        return strokes

    def key(self, name: str) -> Stroke | None:
        """The stroke of a key named as in `actions.keys`; None where this keyboard has no such key."""
        if name in self._lent:
            return Stroke(self._lent[name])
        symbol = ord(name) if len(name) == 1 else XK.string_to_keysym(_KEYSYMS.get(name, name.upper()))
        return self._strokes.get(symbol)

    def foreign(self, text: str) -> list[str]:
        """The characters that are on no key of this keyboard, each once, whether they were lent one or not."""
        return [c for c in dict.fromkeys(text) if _symbol(c) not in self._strokes]

    def lend(self, characters: Iterable[str]) -> bool:
        """Give each a spare keycode, taking back those used longest ago where there are not enough.

        Whether the keyboard was changed. A program looks up a key when it reads the event, so a keycode must not change
        its meaning while events with the old one are under way: the caller waits a moment after this.
        """
        wanted = list(characters)
        for character in wanted:
            if character in self._lent:
                self._lent.move_to_end(character)  # not the one to be taken back for another
        missing = [character for character in wanted if character not in self._lent]
        for character in missing:
            if self._spare:
                code = self._spare.pop()
            elif self._lent:
                code = self._lent.popitem(last=False)[1]
            else:
                break
            self._on_lend(code)
            self._lent[character] = code
            self._display.change_keyboard_mapping(code, [[_symbol(character)] * 4])
        if missing:
            self._remapped()
        return bool(missing)

    def must_take_back(self, characters: Iterable[str]) -> bool:
        """Whether lending to these changes what a key means that was lent before."""
        return len([c for c in characters if c not in self._lent]) > len(self._spare) and bool(self._lent)

    def spare(self) -> int:
        """How many characters can be lent a key at once."""
        return len(self._spare) + len(self._lent)

    def stroke(self, character: str) -> Stroke | None:
        """How to type a character; None if it is on no key and was lent none."""
        if character in self._lent:
            self._lent.move_to_end(character)
            return Stroke(self._lent[character])
        wanted = character.swapcase() if self._caps and character.isascii() else character
        return self._strokes.get(_symbol(wanted))

    def take_back(self) -> None:
        """Leave the keyboard as it was found."""
        for code in self._lent.values():
            clear_keycode(self._display, code)
            self._on_return(code)
        self._lent.clear()


def _symbol(character: str) -> int:
    point = ord(character)
    return _CONTROL.get(character, point if point < 0x100 else point | _UNICODE)
