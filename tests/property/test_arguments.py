"""Reading what was said back from what was meant."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from actions.arguments import Unreadable, read
from actions.keys import KEYS, MODIFIERS, parts_of, read_keys
from actions.numbers import read_duration_s, read_number
from actions.urls import read_url

KINDS = ("text", "name", "keys", "number", "direction", "button", "target", "duration", "time", "url", "path", "level")

ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
SMALL = [*ONES.split(), "eighteen", "nineteen"]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spell(number: int) -> str:
    """English number words, written for these tests alone."""
    if number < 20:
        return SMALL[number]
    if number < 100:
        return TENS[number // 10] + (f" {SMALL[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" and {spell(number % 100)}" if number % 100 else ""
        return f"{SMALL[number // 100]} hundred{rest}"
    rest = f" {spell(number % 1000)}" if number % 1000 else ""
    return f"{spell(number // 1000)} thousand{rest}"


chords = st.builds(
    lambda held, key: "+".join([*(modifier for modifier in MODIFIERS if modifier in held), key]),
    st.sets(st.sampled_from(MODIFIERS)),
    st.sampled_from(sorted(KEYS)),
)


@given(st.sampled_from(KINDS), st.text())
def test_anything_is_read_or_refused_with_a_sentence(kind: str, text: str) -> None:
    value = read(kind, text)
    if isinstance(value, Unreadable):
        assert value.reason.endswith(".")
    else:
        assert value.strip()


@given(st.integers(0, 999_999))
def test_numbers_in_words_and_numerals(number: int) -> None:
    assert read_number(spell(number)) == number
    assert read_number(str(number)) == number
    assert read_number(f"{number:,}") == number
    assert read_number(spell(number).replace(" ", "-")) == number


@given(st.integers(1, 23), st.integers(1, 59), st.integers(1, 59))
def test_durations_add_up(hours: int, minutes: int, seconds: int) -> None:
    meant_s = hours * 3600 + minutes * 60 + seconds
    assert read_duration_s(f"{spell(hours)} hours {spell(minutes)} minutes and {spell(seconds)} seconds") == meant_s
    assert read_duration_s(f"{hours}h{minutes}m{seconds}s") == meant_s
    assert read_duration_s(f"for {hours} hours and a half") == hours * 3600 + 1800
    assert read_duration_s(f"{spell(minutes)} and a half minutes") == minutes * 60 + 30


@given(st.lists(chords, min_size=1, max_size=5))
def test_canonical_chords_read_as_themselves(sequence: list[str]) -> None:
    assume(not any(one.split("+")[-1] == "f" and other.isdigit() for one, other in pairwise(sequence)))  # so F1 is said
    written = " ".join(sequence)
    assert read_keys(written) == written


@given(st.sets(st.sampled_from(MODIFIERS), min_size=1), st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789"))
def test_spoken_chords_read_as_written_ones(held: set[str], key: str) -> None:
    names = {"ctrl": "control", "super": "windows"}
    spoken = [names.get(modifier, modifier) for modifier in MODIFIERS if modifier in held]
    written = read_keys("+".join([*(modifier for modifier in MODIFIERS if modifier in held), key]))
    assert read_keys(" ".join(["press", *spoken, key])) == written
    assert read_keys(" plus ".join([*spoken, key])) == written


@given(st.text())
def test_chords_hold_known_keys_only(text: str) -> None:
    for chord in (read_keys(text) or "").split():
        modifiers, key = parts_of(chord)
        assert set(modifiers) <= set(MODIFIERS)
        assert key in KEYS or key in MODIFIERS


labels = st.from_regex(r"[a-z][a-z0-9]{1,10}", fullmatch=True).filter(lambda word: word not in ("dot", "slash"))


@given(
    st.lists(labels, min_size=1, max_size=3), st.sampled_from(["com", "org", "de", "io"]), st.lists(labels, max_size=3)
)
def test_spoken_addresses(host: list[str], ending: str, path: list[str]) -> None:
    spoken = " dot ".join([*host, ending]) + "".join(f" slash {part}" for part in path)
    written = ".".join([*host, ending]) + "".join(f"/{part}" for part in path)
    expected = read_url(written)
    assert expected == f"https://{written}"
    assert read_url(spoken) == expected or {*host, *path} & {"minus", "colon", "point", "dash", "plus", "hash", "tilde"}


@given(st.text())
def test_addresses_are_web_addresses(text: str) -> None:
    url = read_url(text)
    if url is not None:
        assert url.startswith(("https://", "http://"))
        assert not any(character.isspace() or character in "\"'<>`" for character in url)


@pytest.mark.parametrize("text", ["javascript:alert(1)", "file:///etc/passwd", "https://bank.com@evil.com", "x", "-h"])
def test_dangerous_addresses_are_refused(text: str) -> None:
    assert read_url(text) is None
