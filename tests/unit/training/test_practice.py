"""People's requests for what nobody can do are asked of actions that would do it, were they installed."""

import pytest

import resources
from model.training.compose import Request
from model.training.lessons import Parts, kept_back
from model.training.phrases import shipped_phrases
from model.training.practice import practised

SERVED = {"print the lease please": "print_document_here", "how much ink is left in the printer": "check_ink_level"}
NOT_SERVED = "who wrote the first novel about a whale"


@pytest.fixture(scope="module")
def parts() -> Parts:
    return Parts.load(resources.ROOT / "reflex", shipped_phrases().catalogue)


def asked(text: str, action: str = "think") -> Request:
    return Request(tuple(text.split()), action)


def test_a_request_that_an_action_of_practice_would_serve_asks_for_it(parts: Parts) -> None:
    serving, rest = practised([asked(text) for text in [*SERVED, NOT_SERVED]], parts)
    assert {request.text: request.action for request in serving} == SERVED
    assert [request.text for request in rest] == [NOT_SERVED]


def test_what_asks_for_an_action_that_there_is_stays_what_it_is(parts: Parts) -> None:
    request = asked("print the lease please", "web_search")
    assert practised([request], parts) == ([], [request])


def test_what_is_measured_by_is_never_practised(parts: Parts) -> None:
    text = next(t for n in range(1000) if kept_back(asked(t := f"print the lease number {n} please")))
    assert practised([asked(text)], parts) == ([], [asked(text)])
