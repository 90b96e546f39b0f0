"""What the words alone allow, with the weights that ship."""

from __future__ import annotations

import pytest

from desktop.minds import open_reflex, shipped_catalogue
from desktop.settings import Settings
from model.reflex.licence import MAX_READINGS, MOST, WordsLicence


@pytest.fixture(scope="module")
def licence() -> WordsLicence:
    return open_reflex(Settings(), shipped_catalogue()).licence()


@pytest.mark.parametrize(
    ("words", "action"),
    [
        ("type hello world", "type_text"),
        ("copy that and paste it into the notes", "paste"),
        ("copy that and paste it into the notes", "copy"),
        ("open firefox no wait close it", "close_window"),
        ("it's too loud", "set_volume"),
    ],
)
def test_what_is_asked_for_is_licensed(licence: WordsLicence, words: str, action: str) -> None:
    assert action in licence(words.split(), True)


@pytest.mark.parametrize("words", ["type hello world", "what time is it", "I had soup for lunch", "take a screenshot"])
def test_what_nobody_spoke_of_is_not(licence: WordsLicence, words: str) -> None:
    harmful = {"close_window", "compose_email", "press_keys", "undo", "list_remove", "open_url", "forget", "paste"}
    assert not harmful & licence(words.split(), True)


def test_no_words_license_nothing(licence: WordsLicence) -> None:
    assert licence([], True) == licence(["…"], True) - {"none"} == frozenset()


def test_in_the_middle_of_a_sentence_less_is_licensed(licence: WordsLicence) -> None:
    for words in ("what", "open the", "copy that", "take a"):
        begun = licence(words.split(), False)
        assert begun <= licence(words.split(), True)
        assert len(begun) <= 1


def test_many_words_are_a_few_readings(licence: WordsLicence) -> None:
    assert len(licence(["copy", "and"] * 200, True)) <= MOST * (MAX_READINGS + 1)
