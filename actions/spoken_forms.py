"""What is said for what is written: one word at a time, with the words beside it. Pure functions of the text.

espeak-ng reads most numbers, capitals and emoji well by itself; here stands what it droned, spelled or garbled. The
words that are added are English, as is everything else that Ambidex says.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from actions.spoken_addresses import ADDRESSES, Rule
from actions.spoken_numbers import NUMBER, NUMBERS, beside

MAX_WORD_CHARACTERS = 60
MAX_LOOKED_AT = 300
"""Longer words are keys, pictures in letters or texts without spaces: looking for more in them would take its time."""

PAUSES = ",;:.!?"
_OPENING = "([{\"'“‘«*_`"
_CLOSING = ")]}>([{\"'”’»*_`…" + PAUSES
_SEEN_ONLY = str.maketrans("", "", "\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
"""What changes the look of an emoji, not its name."""
_BRACES = str.maketrans("", "", "[]{}")
_EMPHASIS = re.compile(r"^[*`]+|[*`]+(?=\W*$)|\*\*")

SYMBOLS: Mapping[str, str] = {
    "==": "equals", "===": "equals", "!=": "is not", "!==": "is not", "≠": "is not", ":=": "becomes",
    "<": "less than", ">": "greater than", "<=": "at most", ">=": "at least", "≤": "at most", "≥": "at least",
    "->": "arrow", "=>": "arrow", "→": "arrow", "&&": "and", "||": "or", "++": "plus plus", "+=": "plus equals",
    "-=": "minus equals", "*=": "times equals", "/=": "divided equals", "%": "percent", "~": "about", "≈": "about",
    "-": ",", "--": ",", "---": ",", "–": ",", "—": ",", "|": ",", "*": "", "•": "", "·": "",
    "//": "", "/*": "", "*/": "", "…": "…", "...": "…",
}  # fmt: skip
"""Words made of signs alone; a comma is a pause."""

_INFIX = re.compile(r"(===|!==|==|!=|<=|>=|=>|->|&&|\|\||\+\+|\+=|-=|\*=|/=|:=|=|<|>|\+|\*|\^|\||%)")
_INFIXES: Mapping[str, str] = {
    **SYMBOLS, "=": "equals", "+": "plus", "*": "times", "^": "to the", "|": "or", "%": "percent",
}  # fmt: skip

ABBREVIATIONS: Mapping[str, str] = {
    "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "approx.": "approximately",
    "ca.": "about", "cf.": "compare", "incl.": "including", "dept.": "department", "est.": "estimated",
    "dr.": "doctor", "mr.": "mister", "mrs.": "missus", "ms.": "miz", "prof.": "professor", "st.": "saint",
    "jr.": "junior", "sr.": "senior", "fig.": "figure", "no.": "number", "p.": "page", "pp.": "pages",
    "vol.": "volume", "ch.": "chapter", "sec.": "section", "a.m.": "a m", "p.m.": "p m",
    "jan.": "January", "feb.": "February", "mar.": "March", "apr.": "April", "jun.": "June", "jul.": "July",
    "aug.": "August", "sep.": "September", "sept.": "September", "oct.": "October", "nov.": "November",
    "dec.": "December", "w/": "with", "w/o": "without",
}  # fmt: skip
BEFORE_NUMBERS = {"no.", "p.", "pp.", "fig.", "vol.", "ch.", "sec.", "mar.", "jun.", "jul.", "est."}
"""Words as they are, unless a number follows."""
MAY_END_A_SENTENCE = {"etc.", "a.m.", "p.m.", "jr.", "sr."}

_KEYS = {"ctrl": "control", "cmd": "command", "esc": "escape", "del": "delete"}
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LINK = re.compile(r"!?\[?([^\[\]]*)\]\([^()]*\)?(\W*)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_REPEATED = re.compile(r"([^\w\s])\1{2,}")
_REPEATED_EMOJI = re.compile(r"([\u2190-\u2bff\U0001f000-\U0001faff])\1+")
_RULED = re.compile(r"[|:+=\-_*~#>]{2,}")
_BRACKETS = re.compile(r"[\[\](){};\"',]+")


def spoken(word: str, before: str = "", after: str = "") -> str:
    """What is said for a written word; nothing for a ruled line."""
    if len(word) > MAX_LOOKED_AT:
        return _shortened(word)
    if (symbol := _symbol(word, before, after)) is not None:
        return symbol
    word = _unmarked(word)
    core, end = split_end(word)
    if core and (said := beside(core, before, after.strip(PAUSES))):
        return said + end
    if (meant := _abbreviation(word, after)) is not None:
        return meant
    if not core or (core.isalpha() and (core.islower() or core.istitle())):
        return word.translate(_BRACES)
    for pattern, say in _RULES:
        found = pattern.fullmatch(core)
        said = say(found, before) if found else None
        if said is not None:
            return said + end
    return _plain(word, core, end)


def split_end(word: str) -> tuple[str, str]:
    """The word without what stands around it, and the sign behind it that asks for a pause."""
    core = word.rstrip(_CLOSING)
    end = next((sign for sign in reversed(word[len(core) :]) if sign in PAUSES), "")
    return core.lstrip(_OPENING + "<" if ">" in word else _OPENING), end


def ends_sentence(word: str, after: str) -> bool:
    """Whether a sentence may end behind this word."""
    bare = word.rstrip("\"'”’)]*_`")
    if bare.casefold().lstrip(_OPENING) in ABBREVIATIONS:
        return bare.casefold() in MAY_END_A_SENTENCE and (not after or after[:1].isupper())
    initial = len(bare) == 2 and bare[0].isupper() and bare[1] == "." and after[:1].isupper()
    return bare[-1:] in set(".!?:;…") and not initial


def _symbol(word: str, before: str, after: str) -> str | None:
    """What a word of signs alone is called, or None."""
    between_numbers = before[-1:].isdigit() and after[:1].isdigit()
    if word == "*" and _is_term(before) and _is_term(after):
        return "times"
    if between_numbers and word in ("-", "−", "*", "×", "x"):
        return "minus" if word in "-−" else "times"
    if word in SYMBOLS:
        return SYMBOLS[word]
    return "" if _RULED.fullmatch(word) else None


def _is_term(word: str) -> bool:
    """Whether it looks like a number or a name in a formula rather than like prose."""
    return word[:1].isalnum() and (len(word.rstrip(";)")) <= 2 or word[0].isdigit() or "_" in word)


def _unmarked(word: str) -> str:
    """Without the marks of Markdown and HTML, and without what makes an emoji look one way or another."""
    if "](" in word:
        word = _LINK.sub(r"\1\2", word)
    if "<" in word:
        word = _TAG.sub("", word)
    if "&" in word and ";" in word:
        word = html.unescape(word)
    if word.startswith("~~") or word.endswith("~~"):
        word = word.strip("~")
    if "*" in word or "`" in word:
        word = _EMPHASIS.sub("", word)
    return word if word.isascii() else _REPEATED_EMOJI.sub(r"\1", word.translate(_SEEN_ONLY))


def _abbreviation(word: str, after: str) -> str | None:
    key = word.casefold().strip("()[]\"'“”,;:")
    if key not in ABBREVIATIONS or (key in BEFORE_NUMBERS and not after[:1].isdigit()):
        return None
    ends = key in MAY_END_A_SENTENCE and ends_sentence(word, after)
    return ABBREVIATIONS[key] + ("." if ends else "," if word[-1] in ",;:" else "")


def _plain(word: str, core: str, end: str) -> str:
    """A word with nothing special to it, but for code that clings together."""
    if core.endswith("(s"):
        return core.removesuffix("(s") + "s" + end
    if _BRACKETS.search(core) and not core.replace("'", "").isalpha():
        parts = [part for part in _BRACKETS.split(core) if part]
        return " ".join(spoken(part) for part in parts) + end
    signs = _INFIX.split(core)
    if len(signs) > 1 and any(c.isalnum() for c in core):
        return " ".join(filter(None, (_INFIXES.get(part) or spoken(part) for part in signs if part))) + end
    return _shortened(_REPEATED.sub("", word.translate(_BRACES)))


def _shortened(word: str) -> str:
    """A key or a hash is longer than anybody wants to hear; a text in a script without spaces is not a key."""
    if len(word) <= MAX_WORD_CHARACTERS or not word.isascii():
        return word if len(word) <= 10 * MAX_LOOKED_AT else word[: 10 * MAX_LOOKED_AT]
    return f"{word[: MAX_WORD_CHARACTERS // 2]} and so on"


# What is matched as a whole ---------------------------------------------------------------------------------------


def _compared(found: re.Match[str], before: str) -> str:
    return f"{ {'±': 'plus or minus'}.get(found[1]) or SYMBOLS[found[1]] } {spoken(found[2])}"


def _chord(found: re.Match[str], before: str) -> str:
    return " ".join(_KEYS.get(key.casefold(), key) for key in found[0].split("+"))


def _option(found: re.Match[str], before: str) -> str:
    dashes = " ".join(["dash"] * len(found[1]))
    return f"{dashes} {found[2].replace('-', ' ')}" + (f" equals {spoken(found[3])}" if found[3] else "")


def _named(found: re.Match[str], before: str) -> str:
    kind = {"@": "at", "#": "number" if found[2].isdigit() else "hashtag"}[found[1]]
    return f"{kind} {_parts(found[2])}"


def _identifier(found: re.Match[str], before: str) -> str | None:
    names = re.split(r"\.|::|->", found[0])
    dotted = len(names) > 1 and all(name[:1].islower() or name[:1] == "_" for name in names[1:])
    if not dotted and ("_" not in found[0] and not _HUMP.search(found[0])):
        return None
    return " dot ".join(_parts(name) for name in names)


def _parts(name: str) -> str:
    """The words of an identifier."""
    words = _HUMP.sub(" ", name.replace("_", " ")).split()
    return " ".join(word.lower() if "_" in name and word.isupper() and len(word) > 3 else word for word in words)


_RULES: tuple[Rule, ...] = (
    *ADDRESSES,
    *NUMBERS,
    (re.compile(rf"([<>]=?|[≤≥≈~±])({NUMBER}\S*)"), _compared),
    (re.compile(r"(?:ctrl|alt|shift|super|cmd)(?:\+\w+)+", re.IGNORECASE), _chord),
    (re.compile(r"(--?)([A-Za-z][\w-]*)(?:=(\S+))?"), _option),
    (re.compile(r"([@#])(\w+)"), _named),
    (re.compile(r"[A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)*"), _identifier),
)
