"""Phones for words that no dictionary has."""

import pytest

from actions.espeak import pronunciation
from perception.pronunciation import phones


@pytest.mark.parametrize(
    ("ipa", "expected"),
    [
        ("fɹˈɑːbnᵻkˌeɪt", "F R AA B N IH K EY T"),
        ("kˈeɪdɛnlˈaɪv", "K EY D EH N L AY V"),
        ("tʃ_ˈɜː_tʃ", "CH ER CH"),
        ("", ""),
    ],
)
def test_every_sound_becomes_a_phone(ipa: str, expected: str) -> None:
    assert phones(ipa) == expected


def test_a_sound_that_nobody_knows_is_left_out() -> None:
    assert phones("bʘa") == "B AA"


def test_initials_are_spelled_and_names_are_read() -> None:
    assert phones(pronunciation("PDF")) == "P IY D IY EH F"
    assert phones(pronunciation("Ambidex")) == "AE M B IH D EH K S"
