"""The policy: whether an action may run, must be asked about, or never happens. Pure, and outside every model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from model.stream.values import ActionSpec, Argument, Channel, Risk


class Ruling(StrEnum):
    ALLOW = "allow"
    ASK = "ask"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says, and why in a sentence."""

    decision: Ruling
    reason: str


TABLE: Mapping[Risk, Verdict] = {
    Risk.LOOK: Verdict(Ruling.ALLOW, "It changes nothing."),
    Risk.REVERSIBLE: Verdict(Ruling.ALLOW, "It can be taken back."),
    Risk.OUTWARD: Verdict(Ruling.ASK, "It reaches beyond this computer."),
    Risk.DESTRUCTIVE: Verdict(Ruling.ASK, "It cannot be taken back."),
}

NOBODY_ASKED = Verdict(Ruling.NEVER, "Nobody asked for it.")


def judge(spec: ActionSpec, arguments: Mapping[str, Argument], authority: bool) -> Verdict:
    """`authority` is whether the user opened the utterance that the action answers."""
    if not authority:
        return NOBODY_ASKED
    verdict = TABLE[spec.risk]
    if verdict.decision is Ruling.ALLOW:
        return verdict
    return Verdict(verdict.decision, " ".join([verdict.reason, *_foreign(arguments)]))


def _foreign(arguments: Mapping[str, Argument]) -> list[str]:
    """What the user should know before saying yes: which words are not theirs."""
    return [
        f"The {slot} comes from the {argument.provenance}."
        for slot, argument in arguments.items()
        if argument.provenance != Channel.USER.value
    ]
