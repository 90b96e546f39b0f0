"""Gathers what the policy must know of an action: who asked, what for, and where it would go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from actions.denials import TYPES
from actions.hands import Focus
from actions.licence import Answered, points
from actions.policy import Rule, Ruling, Situation, Verdict, judge
from model.stream.errors import AmbidexError
from model.stream.protocols import Licence
from model.stream.sources import Sources
from model.stream.values import Action, ActionSpec, Argument, Channel, Risk

ABOUT_ACTIONS = frozenset({"none", "confirm", "deny", "stop", "stop_dictation"})
"""They start nothing: who answers or ends needs no licence."""
TOO_MANY = Verdict(Ruling.NEVER, "That is more than you asked for.")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where keys would go at this moment. `settled` waits until the user lets go of keys that would be in the way: what
    has the keyboard may be another thing by then."""

    settled: Callable[[], None] = lambda: None
    focus: Callable[[], Focus | None] = lambda: None
    secret: Callable[[int], bool] = lambda window: False
    """Whether what has the keyboard in this window is a field for passwords."""


FOR_A_WHILE_NS = 600_000_000_000
"""How long a yes holds for the same action with the same program, and the same words where they are not the user's."""
SAID_YES = "You said yes to that a moment ago."


class Judge:
    """Without a `licence` every action counts as licensed: where only the reflex is measured. For one thread."""

    def __init__(
        self,
        sources: Sources,
        licence: Licence | None = None,
        rules: Sequence[Rule] = (),
        surroundings: Surroundings = Surroundings(),
        now_ns: Callable[[], int] = lambda: 0,
    ) -> None:
        self._sources = sources
        self._licence = licence
        self._rules = tuple(rules)
        self._surroundings = surroundings
        self._answered = Answered(sources)
        self._now_ns = now_ns
        self._yes_until: dict[tuple[str, ...], int] = {}

    def words(self, action: Action) -> list[str]:
        """What the user said for this action, as far as it is known to be for no other."""
        return self._answered.new(action)

    def authority(self, action: Action) -> bool:
        """Whether the user opened the utterance that the action answers."""
        return 0 < action.utterance <= self._sources.utterance.number

    def __call__(
        self, spec: ActionSpec, action: Action, arguments: Mapping[str, Argument], values: Mapping[str, str]
    ) -> Verdict:
        """`values` as in `actions.arguments`; empty where they cannot be read."""
        if not self.authority(action) or spec.name in ABOUT_ACTIONS:
            return judge(spec, arguments, Situation(self.authority(action)))
        focus = self._focus(waiting=spec.name in TYPES)
        secret = focus is not None and self._surroundings.secret(focus.window)
        licensed, pointed = self._asked_for(spec, action, arguments)
        situation = Situation(True, licensed, pointed, focus, secret, values)
        verdict = self._remembered(judge(spec, arguments, situation, self._rules), spec, arguments, focus)
        if verdict.decision is Ruling.ALLOW:
            changes = spec.risk is not Risk.LOOK
            if changes and self._licence is not None and self._answered.enough(action):
                return TOO_MANY
            self._answered.goes(action, counts=changes)
        return verdict

    def _asked_for(self, spec: ActionSpec, action: Action, arguments: Mapping[str, Argument]) -> tuple[bool, bool]:
        """Whether the user's words ask for this action, and whether they point at what is not theirs."""
        if self._licence is None or spec.risk is Risk.LOOK:
            return True, True
        licence, readings = self._licence, self._answered.readings(action)
        foreign = [argument.text for slot, argument in arguments.items() if _is_foreign(spec, action, slot, argument)]
        return (
            any(spec.name in licence(words, action.finished) for words in readings),
            any(points(words, foreign) for words in readings),
        )

    def approved(self, verdict: Verdict) -> None:
        """The user was asked because of this verdict, and said yes."""
        if verdict.like:
            self._yes_until[verdict.like] = self._now_ns() + FOR_A_WHILE_NS

    def _remembered(
        self, verdict: Verdict, spec: ActionSpec, arguments: Mapping[str, Argument], focus: Focus | None
    ) -> Verdict:
        if verdict.decision is not Ruling.ASK or not verdict.for_a_while:
            return verdict
        what = (f"{slot} {each.provenance} {each.text if each.provenance != Channel.USER.value else ''}"
                for slot, each in sorted(arguments.items()))  # fmt: skip
        like = (spec.name, focus.app if focus else "", *what)
        if self._now_ns() < self._yes_until.get(like, 0):
            return Verdict(Ruling.ALLOW, SAID_YES)
        return replace(verdict, like=like)

    def _focus(self, waiting: bool) -> Focus | None:
        try:
            if waiting:
                self._surroundings.settled()
            return self._surroundings.focus()
        except AmbidexError:
            return None  # whatever the action needs of that window, it will find it gone, and say so


def _is_foreign(spec: ActionSpec, action: Action, slot: str, argument: Argument) -> bool:
    """What is to be clicked and the like stands on the screen anyway; a pointer can land nowhere else, letters can."""
    declared = spec.slot(slot)
    pointed = declared is not None and declared.kind == "target" and not action.is_written
    return argument.provenance != Channel.USER.value and not pointed
