"""Which words are reported before the sentence is over."""

from perception.recogniser import StablePrefix


def reported(prefix: StablePrefix, *hypotheses: str) -> list[str]:
    return [word for hypothesis in hypotheses for word in prefix.update(hypothesis.split())]


def test_a_word_is_reported_once_it_was_repeated() -> None:
    prefix = StablePrefix(repeats=2)
    assert reported(prefix, "type", "type hello") == []
    assert reported(prefix, "type hello world") == ["type"]
    assert reported(prefix, "type hello world") == ["hello"]


def test_a_changed_word_starts_again_and_holds_back_what_follows() -> None:
    prefix = StablePrefix(repeats=1)
    assert reported(prefix, "tied hello", "type hello", "type hello") == ["type", "hello"]


def test_what_was_reported_is_neither_repeated_nor_taken_back() -> None:
    prefix = StablePrefix(repeats=1)
    assert reported(prefix, "paste it", "paste it") == ["paste", "it"]
    assert prefix.rest(["pasted", "it", "here"]) == ["here"]
    assert prefix.rest(["well", "paste", "it", "here"]) == ["here"]
    assert prefix.rest(["paste", "it"]) == []
    assert prefix.rest([]) == []


def test_a_new_utterance_starts_from_nothing() -> None:
    prefix = StablePrefix(repeats=0)
    assert reported(prefix, "stop") == ["stop"]
    prefix.reset()
    assert reported(prefix, "stop") == ["stop"]
