"""Actions about the conversation itself."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event as StopSignal

from actions.bodies import Body, Done, Refused, Result
from actions.builtin.context import Speaker


def talk_bodies(speaker: Speaker) -> Mapping[str, Body]:
    def stop_talking(values: Mapping[str, str], stop: StopSignal) -> Result:
        """The executor has already stopped what was running; this stops the voice."""
        del values, stop
        speaker.hush()
        return Done("Stopped.")

    def say_again(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        said = speaker.last_said()
        return Done(said) if said else Refused("I have not said anything yet.")

    def think(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        return Refused("That needs a language model, and none is installed.")

    return {"stop": stop_talking, "say_again": say_again, "think": think}
