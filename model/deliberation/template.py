"""What a model's own chat template puts around a transcript, found by rendering it once with marks in it."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from model.stream.errors import ModelFailed

_SYSTEM, _TRANSCRIPT = "\x01system\x01", "\x01transcript\x01"
PLAIN = "{% for message in messages %}{{ message.content }}\n\n{% endfor %}"
"""For a file without a template."""
NO_THOUGHT = "<think>\n\n</think>\n\n"
"""Models that reason before they answer are given an empty thought: thinking is a stream of its own here."""


@dataclass(frozen=True, slots=True)
class Frame:
    """`head` stands in front of the transcript, `tail` between it and what the model writes."""

    head: str
    tail: str


def frame_of(template: str, system: str) -> Frame:
    """Raises `ModelFailed` if the template cannot be used. It is a program: run it where it may be ended."""
    template = template or PLAIN
    apart = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": _TRANSCRIPT}]
    try:
        rendered = _render(template, apart)
    except ModelFailed:
        rendered = ""
    if _SYSTEM not in rendered:  # some allow no system message: then the user says it
        rendered = _render(template, [{"role": "user", "content": f"{_SYSTEM}\n\n{_TRANSCRIPT}"}])
    if rendered.count(_TRANSCRIPT) != 1:
        raise ModelFailed("The model's chat template leaves out what is said to it.")
    head, _, tail = rendered.partition(_TRANSCRIPT)
    if tail.rstrip().endswith("<think>"):
        tail = tail.rstrip().removesuffix("<think>")
    if "<think>" in template and "</think>" not in tail:
        tail += NO_THOUGHT
    return Frame(head.replace(_SYSTEM, system), tail)


def _render(template: str, messages: list[dict[str, str]]) -> str:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    try:
        return environment.from_string(template).render(
            messages=messages,
            add_generation_prompt=True,
            enable_thinking=False,
            bos_token="",
            eos_token="",
            tools=None,
            raise_exception=_refuse,
        )
    except (TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise ModelFailed(f"The model's chat template cannot be used ({error}).") from error


def _refuse(message: str) -> str:
    raise TemplateError(message)
