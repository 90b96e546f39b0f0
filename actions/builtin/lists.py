"""Lists and notes, in plain files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from threading import Event as StopSignal

from actions.bodies import Body, Done, Refused, Result
from actions.builtin.spoken import MAX_READ_OUT, listed, sentence, shortened
from actions.lists import FIRST_LIST, Item, Lists, matching, plain_name
from actions.numbers import words_of
from actions.papers import read_paper, write_paper
from model.stream.errors import NotPermitted

MAX_READ_ITEMS = 20
_EVERYTHING = frozenset(("everything", "all", "list"))


def list_bodies(lists: Lists) -> Mapping[str, Body]:
    def list_add(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        spoken, item = values.get("list", ""), " ".join(values["item"].split())
        name = lists.find(spoken) or plain_name(spoken) or FIRST_LIST
        before = lists.text(name)
        lists.add(name, item)
        after = lists.text(name)

        def undo(stop: StopSignal) -> str:
            del stop
            if not _as_before(lists, name, before, after):
                return _take_off(lists, name, item)
            return f"Took {shortened(item)} off your {name} list."

        return Done(f"Added {shortened(item)} to your {name} list.", undo)

    def list_show(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        spoken, names = values.get("list", ""), lists.names()
        name = lists.find(spoken)
        if name is None:
            return Refused(_no_such_list(spoken))
        if not plain_name(spoken) and len(names) > 1:
            return Done(f"Your lists: {listed([f'{each} with {len(lists.items(each))}' for each in names])}.")
        items = [item.text for item in lists.items(name)]
        if not items:
            return Done(f"Your {name} list is empty.")
        return Done(shortened(f"On your {name} list: {listed(items, MAX_READ_ITEMS)}.", MAX_READ_OUT))

    def list_remove(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        spoken, item = values.get("list", ""), values.get("item", "")
        if not item and not spoken:
            return Refused("Say what I am to take off which list.")
        name = lists.find(spoken)
        if name is None:
            return Refused(_no_such_list(spoken))
        items = lists.items(name)
        if set(words_of(item)) & _EVERYTHING or not items:
            return _delete(lists, name)
        if not item:  # half a request must not cost a whole list
            return Refused(f"There are {len(items)} things on your {name} list. Say what goes, or everything.")
        return _remove_item(lists, name, item)

    return {"list_add": list_add, "list_show": list_show, "list_remove": list_remove}


def note_bodies(path: Path, now: Callable[[], datetime]) -> Mapping[str, Body]:
    def add_note(values: Mapping[str, str], stop: StopSignal) -> Result:
        """Under a heading for the day, with the time."""
        del stop
        before = read_paper(path)
        day = f"## {now():%Y-%m-%d}"
        heading = "" if day in before.splitlines() else f"{day}\n\n"
        gap = "\n" if before and heading else ""
        line = f"- {now():%H:%M} {' '.join(values['text'].split())}\n"
        write_paper(path, (before or "# Notes\n\n") + gap + heading + line)
        return Done(f"Noted: {sentence(shortened(values['text']))}", lambda stop: _strike_out(path, line))

    return {"add_note": add_note}


def _remove_item(lists: Lists, name: str, spoken: str) -> Result:
    found = matching(lists.items(name), spoken)
    if not found:
        return Refused(f"{shortened(spoken).capitalize()} is not on your {name} list.")
    if len({item.text for item in found}) > 1:
        return Refused(f"Which one: {listed([shortened(item.text) for item in found])}?")

    def undo(stop: StopSignal) -> str:
        """Where it stood, unless the list is another by now."""
        del stop
        if not _as_before(lists, name, before, after):
            lists.add(name, found[0].text)
        return f"{shortened(found[0].text)} is on your {name} list again."

    before = lists.text(name)
    lists.remove(name, found[0])
    after = lists.text(name)
    return Done(f"Took {shortened(found[0].text)} off your {name} list.", undo)


def _as_before(lists: Lists, name: str, before: str, after: str) -> bool:
    """Put the list back as it was. False, and nothing done, if somebody has changed it since."""
    if lists.text(name) != after:
        return False
    if before:
        lists.put(name, before)
    else:
        lists.delete(name)
    return True


def _delete(lists: Lists, name: str) -> Result:
    before = lists.text(name)

    def undo(stop: StopSignal) -> str:
        del stop
        if lists.text(name):
            raise NotPermitted(f"There is a new {name} list by now, and I will not overwrite it.")
        lists.put(name, before)
        return f"Your {name} list is back."

    lists.delete(name)
    return Done(f"Deleted your {name} list.", undo)


def _take_off(lists: Lists, name: str, text: str) -> str:
    """The last item of that text goes."""
    items = lists.items(name)
    item = next((item for item in reversed(items) if item.text == text), Item("", -1))
    if not lists.remove(name, item):
        raise NotPermitted(f"{shortened(text)} is no longer on your {name} list.")
    return f"Took {shortened(text)} off your {name} list."


def _strike_out(path: Path, line: str) -> str:
    before = read_paper(path)
    if line not in before:
        raise NotPermitted("The note is no longer there.")
    head, _, tail = before.rpartition(line)
    write_paper(path, head + tail)
    return "The note is gone."


def _no_such_list(spoken: str) -> str:
    name = plain_name(spoken)
    return f"You have no {name} list." if name else "You have no lists."
