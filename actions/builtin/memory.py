"""Remembering, recalling and forgetting what the user says, until Ambidex ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from threading import Event as StopSignal

from actions.bodies import Body, Done, Refused, Result
from actions.builtin.spoken import MAX_READ_OUT, listed, sentence, shortened
from actions.facts import Facts
from actions.numbers import read_duration_s

_LAST = re.compile(r"\bthe (?:last|past) (.+)")


def memory_bodies(facts: Facts) -> Mapping[str, Body]:
    def remember(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        fact = facts.remember(" ".join(values["text"].split()).removeprefix("that "))

        def undo(stop: StopSignal) -> str:
            del stop
            facts.forget([fact])
            return "I have forgotten it."

        return Done(f"I will remember until I am switched off: {sentence(shortened(fact.text))}", undo)

    def recall(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        found = facts.about(values["query"])
        if not found:
            return Refused("You have not told me anything about that.")
        told = listed([fact.text for fact in found])
        return Done(f"You told me: {sentence(shortened(told, MAX_READ_OUT))}")

    def forget(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        age_s = _age_s(values["query"])
        found = facts.about(values["query"]) if age_s is None else facts.since(age_s)
        if not found:
            return Refused("There is nothing about that to forget.")
        facts.forget(found)
        return Done(f"Forgotten: {sentence(shortened(listed([fact.text for fact in found])))}")

    return {"remember": remember, "recall": recall, "forget": forget}


def _age_s(query: str) -> float | None:
    """`the last five minutes`."""
    said = _LAST.search(query.casefold())
    return read_duration_s(said[1]) if said else None
