"""Key chords as people say or write them. Canonical is `ctrl+shift+t`; several chords stand apart by spaces."""

from __future__ import annotations

import re

from actions.numbers import read_number, words_of

MODIFIERS = ("ctrl", "shift", "alt", "super")
MAX_CHORDS = 50

NAMED_KEYS = (
    "enter", "esc", "tab", "space", "backspace", "delete", "insert", "home", "end", "page_up", "page_down",
    "up", "down", "left", "right", "menu", "print_screen", "caps_lock", "num_lock", "scroll_lock", "pause", "plus",
    *(f"f{number}" for number in range(1, 25)),
)  # fmt: skip
CHARACTER_KEYS = "abcdefghijklmnopqrstuvwxyz0123456789-=[]\\;',./`"
KEYS = frozenset(NAMED_KEYS) | frozenset(CHARACTER_KEYS)

_SAID_MODIFIERS = {
    "control": "ctrl", "ctrl": "ctrl", "ctl": "ctrl", "strg": "ctrl",
    "shift": "shift", "alt": "alt", "option": "alt",
    "super": "super", "windows": "super", "win": "super", "command": "super", "cmd": "super", "meta": "super",
}  # fmt: skip

_SAID_KEYS = {
    "return": "enter", "escape": "esc", "tabulator": "tab", "spacebar": "space", "blank": "space",
    "back space": "backspace", "del": "delete", "ins": "insert", "space bar": "space",
    "page up": "page_up", "pageup": "page_up", "pgup": "page_up", "prior": "page_up",
    "page down": "page_down", "pagedown": "page_down", "pgdn": "page_down", "pgdown": "page_down",
    "caps lock": "caps_lock", "capslock": "caps_lock", "num lock": "num_lock", "scroll lock": "scroll_lock",
    "print screen": "print_screen", "printscreen": "print_screen", "print": "print_screen",
    "context menu": "menu", "plus sign": "plus", "break": "pause",
    "minus": "-", "dash": "-", "hyphen": "-", "equals": "=", "equal": "=", "comma": ",", "period": ".", "dot": ".",
    "full stop": ".", "slash": "/", "forward slash": "/", "backslash": "\\", "back slash": "\\", "semicolon": ";",
    "apostrophe": "'", "quote": "'", "backtick": "`", "back tick": "`", "grave": "`",
    "left bracket": "[", "open bracket": "[", "right bracket": "]", "close bracket": "]",
}  # fmt: skip

# What a recogniser makes of letters. "a" and "i" are words of their own and need no entry.
_LETTERS = {
    "ay": "a", "be": "b", "bee": "b", "see": "c", "sea": "c", "dee": "d", "ef": "f", "gee": "g", "aitch": "h",
    "eye": "i", "jay": "j", "kay": "k", "el": "l", "em": "m", "en": "n", "oh": "o", "pea": "p", "pee": "p",
    "cue": "q", "queue": "q", "are": "r", "ess": "s", "tee": "t", "tea": "t", "you": "u", "vee": "v", "we": "v",
    "ex": "x", "why": "y", "zee": "z", "zed": "z",
}  # fmt: skip

_FILLERS = frozenset(words_of("the key keys press hit push and then button arrow please cursor together with letter"))
_REPEATS = {"twice": 2, "once": 1, "thrice": 3}


def read_keys(text: str) -> str | None:
    """`control shift t`, `Ctrl+C`, `page down`, `alt f four`, `tab three times`; None if some word is no key."""
    words = _words(text)
    chords: list[str] = []
    held: list[str] = []
    index = 0
    while index < len(words):
        repeat, length = _repeat(words, index)
        if length and chords and not held:
            chords += chords[-1:] * (repeat - 1)
        elif words[index] in _SAID_MODIFIERS:
            held.append(_SAID_MODIFIERS[words[index]])
            length = 1
        elif words[index] in _FILLERS or _joins(words, index, bool(held)):
            length = 1
        else:
            key, length = _key(words, index)
            if key is None:
                return None
            chords.append(_chord(held, key))
            held = []
        index += length
    if held:
        chords.append(_chord(held[:-1], held[-1]))
    return " ".join(chords) if 0 < len(chords) <= MAX_CHORDS else None


def parts_of(chord: str) -> tuple[tuple[str, ...], str]:
    """The modifiers and the key of one canonical chord."""
    *modifiers, key = chord.split("+")
    return tuple(modifiers), key


def _words(text: str) -> list[str]:
    """Words, single symbols as words, `+` as "plus"."""
    text = re.sub(r"(?<=\w)-(?=\w)", " ", text.casefold().replace("_", " "))
    text = re.sub(r"\+", " plus ", text)
    text = re.sub(r"([\w])[.,!?]+(?=\s|$)", r"\1 ", text)
    return re.findall(r"\w+|[^\w\s]", text)


def _chord(held: list[str], key: str) -> str:
    modifiers = [modifier for modifier in MODIFIERS if modifier in held and modifier != key]
    return "+".join([*modifiers, key])


def _joins(words: list[str], index: int, after_modifier: bool) -> bool:
    """Whether this "plus" only joins keys: it does after a modifier, unless nothing comes after it."""
    joint = words[index] == "plus" and index + 1 < len(words)
    return joint and after_modifier and words[index - 1] in _SAID_MODIFIERS


def _repeat(words: list[str], index: int) -> tuple[int, int]:
    """How often the chord just read is wanted, and how many words said so."""
    if words[index] in _REPEATS:
        return _REPEATS[words[index]], 1
    if index + 1 < len(words) and words[index + 1] in ("times", "time"):
        times = read_number(words[index])
        return (int(times), 2) if times is not None and 1 <= times <= MAX_CHORDS else (1, 0)
    return 1, 0


def _key(words: list[str], index: int) -> tuple[str | None, int]:
    """The key named by the next two words or the next one, and how many words that took."""
    pair = " ".join(words[index : index + 2])
    if pair in _SAID_KEYS:
        return _SAID_KEYS[pair], 2
    if words[index] == "f" and index + 1 < len(words):
        number = read_number(words[index + 1])
        if number is not None and 1 <= number <= 24:
            return f"f{int(number)}", 2
    word = words[index]
    word = _SAID_KEYS.get(word, _LETTERS.get(word, word))
    if word in KEYS:
        return word, 1
    number = read_number(word)
    return (str(int(number)), 1) if number is not None and number in range(10) else (None, 1)
