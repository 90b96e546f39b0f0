"""The policy: whether an action may run, must be asked about, or never happens. Pure, and outside every model.

What is never done comes first (`actions.denials`), then the rules: the user's own, and below them those that ship.
The licence comes last, and can only make it stricter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from actions.denials import denied
from actions.hands import Focus
from model.stream.sources import COMPOSED
from model.stream.values import ActionSpec, Argument, Channel, Risk


class Ruling(StrEnum):
    ALLOW = "allow"
    ASK = "ask"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says, and why in a sentence. `for_a_while`: one yes is enough for what is like it."""

    decision: Ruling
    reason: str
    for_a_while: bool = False
    like: tuple[str, ...] = ()
    """What it must have in common with that."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table of risk x provenance x application; what is left empty fits all.

    `actions` and `apps` are patterns as of file names, `sources` where at least one argument comes from.
    """

    ruling: Ruling
    because: str
    risks: frozenset[Risk] = frozenset()
    actions: tuple[str, ...] = ()
    sources: frozenset[str] = frozenset()
    apps: tuple[str, ...] = ()

    def fits(self, spec: ActionSpec, arguments: Mapping[str, Argument], app: str) -> bool:
        return (
            (not self.risks or spec.risk in self.risks)
            and (not self.actions or any(fnmatchcase(spec.name, pattern) for pattern in self.actions))
            and (not self.sources or any(argument.provenance in self.sources for argument in arguments.values()))
            and (not self.apps or any(fnmatchcase(app, pattern) for pattern in self.apps))
        )


@dataclass(frozen=True, slots=True)
class Situation:
    """What stands around an action. The user's words are those that it answers."""

    authority: bool
    """Whether the user opened the utterance that the action answers."""
    licensed: bool = True
    """Whether their words ask for an action like this one."""
    points: bool = True
    """Whether their words point at something that they did not say themselves."""
    focus: Focus | None = None
    secret: bool = False
    """Whether what has the keyboard is a field for passwords."""
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the arguments mean; see `actions.arguments`."""


TABLE = (
    Rule(Ruling.ASK, "It cannot be taken back.", frozenset({Risk.DESTRUCTIVE})),
    Rule(Ruling.ASK, "It reaches beyond this computer.", frozenset({Risk.OUTWARD})),
    Rule(Ruling.ALLOW, "It can be taken back.", frozenset({Risk.REVERSIBLE})),
    Rule(Ruling.ALLOW, "It changes nothing.", frozenset({Risk.LOOK})),
)
"""What holds where no rule fits."""

NOBODY_ASKED = Verdict(Ruling.NEVER, "Nobody asked for it.")
NOT_SAID = "I did not hear you ask for that."


def judge(
    spec: ActionSpec, arguments: Mapping[str, Argument], situation: Situation, rules: Sequence[Rule] = ()
) -> Verdict:
    """The first of `rules` that fits counts."""
    if not situation.authority:
        return NOBODY_ASKED
    if never := denied(spec.name, arguments, situation.values, situation.focus, situation.secret):
        return Verdict(Ruling.NEVER, never)
    app = situation.focus.app if situation.focus else ""
    rule = next(rule for rule in (*rules, *TABLE) if rule.fits(spec, arguments, app))
    if rule.ruling is Ruling.NEVER or spec.risk is Risk.LOOK:
        return _told(rule.ruling, rule.because, arguments, for_a_while=True)
    if not situation.licensed:
        unlicensed = Ruling.ASK if spec.risk is Risk.REVERSIBLE else Ruling.NEVER
        return _told(unlicensed, NOT_SAID, arguments)
    if rule.ruling is Ruling.ALLOW and not situation.points and _foreign(arguments):
        return _told(Ruling.ASK, "You did not say what with.", arguments)
    return _told(rule.ruling, rule.because, arguments, for_a_while=spec.risk is Risk.REVERSIBLE)


def _told(ruling: Ruling, reason: str, arguments: Mapping[str, Argument], *, for_a_while: bool = False) -> Verdict:
    if ruling is Ruling.ASK:
        reason = " ".join([reason, *_foreign(arguments)])
    return Verdict(ruling, reason, for_a_while)


def _foreign(arguments: Mapping[str, Argument]) -> list[str]:
    """What the user should know before saying yes: which words are not theirs."""
    return [
        f"The {slot} is my own."
        if argument.provenance == COMPOSED
        else f"The {slot} comes from the {argument.provenance}."
        for slot, argument in arguments.items()
        if argument.provenance != Channel.USER.value
    ]
