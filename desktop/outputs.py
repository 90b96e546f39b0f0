"""What came out of the output channels, as rows that `ask` and `replay` print and the evaluation scores."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from actions.executor import Decision
from model.stream.trace import Json
from model.stream.values import Channel, Event, Gesture, Say, Step, Tick


@dataclass(frozen=True, slots=True)
class Output:
    """One output event. `t_ms` counts from the opening of the user's channel."""

    t_ms: int
    channel: Channel
    text: str
    action: str = ""
    args: Mapping[str, str] = field(default_factory=dict[str, str])
    provenance: Mapping[str, str] = field(default_factory=dict[str, str])
    policy: str = ""
    status: str = ""

    def to_json(self) -> Json:
        row: Json = {"t_ms": self.t_ms, "channel": self.channel.value}
        if self.channel is Channel.ACTION:
            row |= {"action": self.action, "args": dict(self.args), "provenance": dict(self.provenance)}
            row |= {"policy": self.policy, "status": self.status}
        return {**row, "text": self.text}

    def to_line(self) -> str:
        """One line for people."""
        return f"{self.t_ms / 1000:6.2f} s  {self.channel.value:<8} {self._content()}"

    def _content(self) -> str:
        if self.channel is not Channel.ACTION:
            return self.text
        arguments = ", ".join(f"{name}={text!r} from {self.provenance[name]}" for name, text in self.args.items())
        return f"{self.action}({arguments})  {self.policy}, {self.status}: {self.text}"


class Transcript:
    """Collects outputs: thoughts from the steps, the rest from the effects and what the executor decided on them."""

    def __init__(self, write: Callable[[Output], None] = lambda output: None) -> None:
        self.outputs: list[Output] = []
        self._write = write

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        """As a recorder of the loop."""
        del events
        if step.thought is not None:
            self._add(tick.t_ns, Channel.THOUGHT, step.thought.text)

    def note(self, effect: Say | Gesture, tick: Tick) -> None:
        match effect:
            case Say(text=text):
                self._add(tick.t_ns, Channel.SPEECH, text)
            case Gesture(kind=kind):
                self._add(tick.t_ns, Channel.GESTURE, kind)

    def decided(self, decision: Decision) -> None:
        """As an observer of the executor."""
        self._add(
            decision.action.t_ns,
            Channel.ACTION,
            decision.outcome.text,
            action=decision.action.name,
            args={name: argument.text for name, argument in decision.arguments.items()},
            provenance={name: argument.provenance for name, argument in decision.arguments.items()},
            policy=decision.verdict.decision.value,
            status=decision.outcome.status.value,
        )

    def _add(self, t_ns: int, channel: Channel, text: str, **content: Any) -> None:
        output = Output(t_ns // 1_000_000, channel, text, **content)
        self.outputs.append(output)
        self._write(output)


def print_output(output: Output, as_json: bool, write: Callable[[str], None]) -> None:
    write(json.dumps(output.to_json(), ensure_ascii=False) if as_json else output.to_line())
