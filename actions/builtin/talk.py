"""Actions about the conversation itself."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event as StopSignal

from actions.bodies import Body, Done, Refused, Result
from actions.builtin.context import Speaker
from actions.schedule import Schedule

RATE_STEP = 1.25


def talk_bodies(speaker: Speaker, schedule: Schedule) -> Mapping[str, Body]:
    def stop_talking(values: Mapping[str, str], stop: StopSignal) -> Result:
        """The executor has already stopped what was running; this stops the voice, and alarms that ring."""
        del values, stop
        speaker.hush()
        if schedule.acknowledge():
            return Done("The alarm is off.")
        return Done("Stopped.")

    def say_again(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        said = speaker.last_said()
        return Done(said) if said else Refused("I have not said anything yet.")

    def think(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        return Refused("That needs a language model, and none is installed.")

    def speak_faster(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        return Done("Like this?" if speaker.change_rate(RATE_STEP) else "I cannot speak any faster.")

    def speak_slower(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        return Done("Like this?" if speaker.change_rate(1 / RATE_STEP) else "I cannot speak any more slowly.")

    return {
        "stop": stop_talking,
        "say_again": say_again,
        "speak_faster": speak_faster,
        "speak_slower": speak_slower,
        "think": think,
    }
