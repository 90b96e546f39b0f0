"""What is perceived, as a language model reads it, and what its own template puts around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.deliberation.template import Frame, frame_of
from model.deliberation.transcript import MAX_CHARACTERS, Transcript
from model.stream.errors import ModelFailed
from model.stream.values import (
    Channel,
    ChannelClosed,
    Copied,
    Data,
    Event,
    Line,
    Opened,
    Opening,
    Origin,
    Outcome,
    Pause,
    Place,
    Status,
    Tone,
    Window,
    Word,
)

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def written(*seen: Data) -> str:
    transcript = Transcript()
    return "".join(piece for data in seen for piece in transcript.pieces(Event(0, Channel.USER, data, Origin.USER)))


def test_words_are_read_one_by_one_and_stand_on_one_line() -> None:
    said = written(Opened(Opening.HOLD), Word("hello"), Word("you"), Pause(), Word("more"), ChannelClosed())
    assert said == "user: hello you\npause:\nuser: more\npause:\n"


def test_what_is_seen_in_the_middle_of_a_sentence_gets_a_line_of_its_own() -> None:
    assert written(Word("what"), Line(1, "Submit", Place(0, 0, 1, 1)), Word("is"), Copied("text", "a", 1)) == (
        "user: what\nscreen: Submit\nuser: is\nclipboard: a\n"
    )
    assert written(Word("what"), Copied("text", "a", 1), Pause(), Pause()) == "user: what\nclipboard: a\npause:\n"


def test_everything_that_says_something_is_told() -> None:
    assert written(Window("Notes"), Outcome("click", Status.DONE, "Clicked.")) == "window: Notes\noutcome: Clicked.\n"
    assert written(Tone(1, 0, 0, 0), Copied("image", "", 9), Line(1, " ", Place(0, 0, 1, 1)), Pause()) == ""


@given(st.text())
def test_nothing_that_was_read_passes_for_another_channel(text: str) -> None:
    line = written(Copied("text", text, 1))
    assert line.count("\n") == (1 if text.strip() else 0)
    assert len(line) < MAX_CHARACTERS + 20


def test_the_template_is_the_models_own() -> None:
    assert frame_of(CHATML, "Be brief.") == Frame(
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"
    )


def test_without_a_template_there_is_a_plain_one() -> None:
    assert frame_of("", "Be brief.") == Frame("Be brief.\n\n", "\n\n")


def test_where_no_system_message_is_allowed_the_user_says_it() -> None:
    gemma = (
        "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
    )
    assert frame_of(gemma, "Be brief.") == Frame("<user>Be brief.\n\n", "")


def test_a_model_that_reasons_is_given_an_empty_thought() -> None:
    assert frame_of(CHATML + "{# <think> #}", "").tail.endswith("assistant\n<think>\n\n</think>\n\n")


@pytest.mark.parametrize(
    "template",
    [
        "{{ nothing.of.this }}", "{% for %}", "no messages", "{{ raise_exception('no') }}",
        "{{ ''.__class__.__mro__ }}{{ messages[1].content }}", "{{ 1 / 0 }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_used_is_a_sentence(template: str) -> None:
    with pytest.raises(ModelFailed, match="The model's chat template"):
        frame_of(template, "")
