"""Working out sums, and converting quantities."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event as StopSignal

from actions.bodies import Body, Done, Refused, Result
from actions.builtin.spoken import sentence, shortened
from actions.sums import calculate
from actions.units import convert, is_money


def sum_bodies() -> Mapping[str, Body]:
    def work_out(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        result = calculate(values["expression"])
        if result is None:
            return Refused(f"I cannot work out {sentence(shortened(values['expression']))}")
        return Done(f"That is {result}.")

    def change_units(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        quantity, unit = shortened(values["quantity"]), shortened(values["unit"])
        if is_money(quantity, unit):
            return Refused("I do not know today's exchange rates: I make no connection to anywhere.")
        result = convert(quantity, unit)
        if result is None:
            return Refused(f"I cannot express {quantity} in {unit}.")
        return Done(f"That is {result} {unit}.")

    return {"calculate": work_out, "convert": change_units}
