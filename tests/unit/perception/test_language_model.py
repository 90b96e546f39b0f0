"""The ARPA file of phrases: a probability distribution after every history, as the back-off format defines it."""

import math

import pytest

from perception.language_model import arpa

PHRASES = ("scroll down", "scroll up", "Scroll down!", "open the file", "close the file", "set it to 5")


def model() -> tuple[dict[str, float], dict[str, float]]:
    """Probabilities and back-off weights by the words of the n-gram."""
    probabilities: dict[str, float] = {}
    back_offs: dict[str, float] = {}
    for line in arpa(PHRASES).splitlines():
        columns = line.split("\t")
        if len(columns) > 1:
            probabilities[columns[1]] = 10 ** float(columns[0])
            back_offs[columns[1]] = 10 ** float(columns[2]) if len(columns) > 2 else 1.0
    return probabilities, back_offs


def probability(word: str, history: tuple[str, ...]) -> float:
    probabilities, back_offs = model()
    gram = " ".join((*history, word))
    if gram in probabilities or not history:
        return probabilities[gram]
    return back_offs.get(" ".join(history), 1.0) * probability(word, history[1:])


@pytest.mark.parametrize(
    "history", [(), ("scroll",), ("<s>", "scroll"), ("open", "the"), ("up", "the"), ("never", "up")]
)
def test_after_every_history_the_words_share_one(history: tuple[str, ...]) -> None:
    words = [gram for gram in model()[0] if " " not in gram and gram != "<s>"]
    assert math.isclose(sum(probability(word, history) for word in words), 1, abs_tol=0.01)


def test_what_was_said_more_often_is_likelier() -> None:
    assert (
        probability("down", ("<s>", "scroll")) > probability("up", ("<s>", "scroll")) > probability("file", ("scroll",))
    )


def test_the_head_counts_the_sections() -> None:
    lines = arpa(PHRASES).splitlines()
    told = [int(line.partition("=")[2]) for line in lines if line.startswith("ngram ")]
    rows = [line for line in lines if "\t" in line]
    assert told == [sum(len(row.split("\t")[1].split()) == order for row in rows) for order in (1, 2, 3)]


def test_phrases_with_digits_are_left_out() -> None:
    assert "set" not in model()[0]
