"""The bodies of the built-in actions. What they need is passed in as a `Context`; none of them knows the executor."""

from __future__ import annotations

from collections.abc import Mapping

from actions.bodies import Body
from actions.builtin.apps import app_bodies
from actions.builtin.clipboard import clipboard_bodies
from actions.builtin.clock import clock_bodies
from actions.builtin.context import Context, Speaker
from actions.builtin.keyboard import keyboard_bodies
from actions.builtin.screen import screen_bodies
from actions.builtin.talk import talk_bodies
from actions.builtin.trail import Trail
from actions.builtin.windows import window_bodies

__all__ = ["Context", "Speaker", "builtin_bodies"]


def builtin_bodies(context: Context) -> dict[str, Body]:
    """A body for each action that can be done, by name."""
    trail = Trail(context.hands)
    groups: tuple[Mapping[str, Body], ...] = (
        keyboard_bodies(context.hands, trail),
        screen_bodies(context.hands, context.look),
        clipboard_bodies(context.hands, trail, context.clipboard, context.clipboard_history),
        app_bodies(context.env, context.start),
        window_bodies(context.windows, context.env),
        clock_bodies(context.timers, context.now),
        talk_bodies(context.speaker),
    )
    return {name: body for group in groups for name, body in group.items()}
