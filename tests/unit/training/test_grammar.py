import random

import pytest

from model.stream.errors import BadSettings
from model.training.grammar import Grammar, parse, read_entries


def grammar(**lists: str) -> Grammar:
    return Grammar({name: read_entries(text) for name, text in lists.items()})


def test_entries_are_separated_by_commas_and_lines_and_may_weigh_more():
    entries = read_entries("3* one, two\nthree\\, four")
    assert entries.texts == ("one", "two", "three, four")
    assert entries.weights == (3, 1, 1)


def test_words_that_fill_a_slot_are_its_span():
    said = grammar(name="the calculator").say("please open {name} now", random.Random(1))
    assert said.words == ("please", "open", "the", "calculator", "now")
    assert said.spans == {"name": (2, 4)}
    assert said.lists == {"name": "name"}


def test_of_a_slot_that_stands_twice_the_last_counts():
    said = grammar(a="firefox", b="chrome").say("open {name:a} no {name:b}", random.Random(1))
    assert said.spans == {"name": (3, 4)}
    assert said.lists == {"name": "b"}


def test_slots_inside_a_list_are_only_words():
    said = grammar(request="open {app}", app="firefox").say("she said <request>", random.Random(1))
    assert said.words == ("she", "said", "open", "firefox")
    assert said.spans == {}


def test_every_alternative_is_drawn():
    phrases = grammar()
    rng = random.Random(1)
    drawn = {phrases.say("(read|say (it|) aloud)", rng).words for _ in range(100)}
    assert drawn == {("read",), ("say", "it", "aloud"), ("say", "aloud")}


def test_a_genitive_is_joined_to_the_name_before_it():
    assert grammar(person="Anna").say("<person>'s desk", random.Random(1)).words == ("Anna's", "desk")


@pytest.mark.parametrize("text", ["open (it", "open it)", "(a|(b)"])
def test_brackets_that_do_not_match_are_an_error_that_quotes_the_phrase(text: str):
    with pytest.raises(BadSettings, match="bracket"):
        parse(text)
