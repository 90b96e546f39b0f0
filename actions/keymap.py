"""Which keycode and modifiers make which character on this X server; what is on no key is lent a spare one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
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

    def refresh(self) -> None:
        first, last = self._display.display.info.min_keycode, self._display.display.info.max_keycode
        rows = list(enumerate(self._display.get_keyboard_mapping(first, last - first + 1), start=first))
        state = self._display.screen().root.query_pointer().mask
        self._caps = bool(state & X.LockMask)
        self._spare = [code for code, symbols in rows if not any(symbols)]
        self._strokes = self._read(rows, group=(state >> 13) & 3)

    def _read(self, rows: Sequence[tuple[int, Iterable[int]]], group: int) -> dict[int, Stroke]:
        """Symbol to stroke, without the lent keys. Columns are two per group, then the first group's AltGr levels."""
        shift = self._display.keysym_to_keycode(XK.XK_Shift_L)
        level3 = self._display.keysym_to_keycode(_LEVEL3_SHIFT)
        columns = [(2 * min(group, 1), ()), (2 * min(group, 1) + 1, (shift,))]
        if level3 and group == 0:
            columns += [(4, (level3,)), (5, (level3, shift))]
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
        symbol = ord(name) if len(name) == 1 else XK.string_to_keysym(_KEYSYMS.get(name, name.upper()))
        return self._strokes.get(symbol)

    def missing(self, text: str) -> list[str]:
        """The characters that are on no key and were not lent one yet, each once."""
        return [c for c in dict.fromkeys(text) if c not in self._lent and _symbol(c) not in self._strokes]

    def lend(self, characters: Iterable[str]) -> None:
        """Give each a spare keycode, taking back those used longest ago where there are not enough.

        A program looks up a key when it reads the event, so a keycode must not change its meaning while events with
        the old one are under way: the caller waits a moment after this.
        """
        for character in characters:
            if self._spare:
                code = self._spare.pop()
            elif self._lent:
                code = self._lent.popitem(last=False)[1]
            else:
                return
            self._on_lend(code)
            self._lent[character] = code
            self._display.change_keyboard_mapping(code, [[_symbol(character)] * 4])
        self._display.sync()

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
