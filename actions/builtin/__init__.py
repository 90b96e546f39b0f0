"""The bodies of the built-in actions. What they need is passed in as a `Context`; none of them knows the executor."""

from __future__ import annotations

from collections.abc import Mapping

from actions.agenda import Agenda
from actions.bodies import Body
from actions.builtin.agenda import agenda_bodies
from actions.builtin.apps import app_bodies
from actions.builtin.clipboard import clipboard_bodies, copying_bodies
from actions.builtin.clock import clock_bodies
from actions.builtin.context import Context, Speaker
from actions.builtin.dictation import dictation_bodies
from actions.builtin.keyboard import keyboard_bodies
from actions.builtin.links import link_bodies
from actions.builtin.lists import list_bodies, note_bodies
from actions.builtin.media import media_bodies
from actions.builtin.memory import memory_bodies
from actions.builtin.screen import picture_bodies, screen_bodies
from actions.builtin.sound import sound_bodies
from actions.builtin.sums import sum_bodies
from actions.builtin.talk import talk_bodies
from actions.builtin.timers import alarm_bodies, reminder_bodies, timer_bodies
from actions.builtin.trail import Trail
from actions.builtin.windows import window_bodies
from actions.folders import user_folder
from actions.lists import Lists

__all__ = ["Context", "Speaker", "builtin_bodies"]

NAMES = "names"
"""The user's list of words whose spelling dictation should know."""


def builtin_bodies(context: Context) -> dict[str, Body]:
    """A body for each action that can be done, by name."""
    trail = Trail(context.hands)
    lists = Lists(context.files / "lists")
    env, start, now, files = context.env, context.start, context.now, context.files
    groups: tuple[Mapping[str, Body], ...] = (
        keyboard_bodies(context.hands, trail),
        dictation_bodies(context.hands, trail, context.dictation, lambda: [item.text for item in lists.items(NAMES)]),
        screen_bodies(context.hands, context.look, context.marker),
        picture_bodies(context.look, user_folder("pictures", env) / "Screenshots", now),
        copying_bodies(context.hands, trail, context.clipboard),
        clipboard_bodies(context.clipboard, context.clipboard_history),
        app_bodies(env, start),
        link_bodies(env, start, context.search_address),
        window_bodies(context.windows, env),
        clock_bodies(now),
        timer_bodies(context.schedule, now),
        alarm_bodies(context.schedule, now),
        reminder_bodies(context.schedule, now),
        list_bodies(lists),
        note_bodies(files / "notes.md", now),
        agenda_bodies(Agenda(files / "calendar.ics"), now),
        sound_bodies(context.mixer),
        media_bodies(context.players, env, start, files / "playing.m3u"),
        sum_bodies(),
        memory_bodies(context.facts),
        talk_bodies(context.speaker, context.schedule),
    )
    return {name: body for group in groups for name, body in group.items()}
