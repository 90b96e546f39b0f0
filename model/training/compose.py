"""Composes requests to learn from: what people might say to the assistant, with what is on their screen meanwhile."""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from model.stream.values import Channel
from model.training import scenes
from model.training.disturb import disturb
from model.training.grammar import Said, word_set
from model.training.phrases import GIVEN, Phrases, Pointing, shipped_phrases
from model.training.requests import WHOLE, Order, Request
from model.training.rows import from_row

__all__ = ["Request", "compose", "disturb", "from_row", "surrounded"]

MAX_WORDS = 40
POINTED = {"set_clipboard": 0.6, "open_url": 0.25}
POINTED_ELSE = 0.15
"""How often an argument is a whole item, where there are phrases for it."""
CORRECTED = 0.07
RESTARTED = 0.04
CHAINED = 0.2
UNFINISHED = 0.12
"""Share of `none` that is the beginning of a request."""
INJECTED = 0.06
TARGET_SHOWN = 0.88

SHOWN_LISTS = word_set("target label title do_label find_text")
"""Lists whose entries are labels, which stand on the screen when somebody speaks of them."""
CORRECTABLE = word_set("name target keys number direction duration time url button level unit path index")
UNFINISHABLE = ("type_text", "click", "open_app", "open_url", "press_keys", "set_timer", "focus_window", "open_file")
RESTARTABLE = ("open_app", "click", "scroll", "copy", "paste", "open_url", "press_keys", "read_screen", "type_text")
NEVER_RESTARTED = word_set("none stop undo say_again confirm deny")
NEVER_CHAINED = NEVER_RESTARTED | word_set("think start_dictation stop_dictation")
OFTEN_NEXT = {
    "copy": ("paste", "focus_window", "open_app", "add_note"), "cut": ("paste",), "select_text": ("copy", "cut"),
    "open_app": ("type_text", "maximize_window", "open_file"), "open_url": ("scroll", "read_screen"),
    "focus_window": ("scroll", "press_keys", "paste", "type_text", "maximize_window"), "screenshot": ("open_app",),
    "click": ("type_text", "press_keys", "scroll"), "scroll": ("click", "read_screen", "copy"),
    "open_file": ("scroll", "read_screen"), "press_keys": ("press_keys", "type_text"), "paste": ("press_keys",),
    "find_on_screen": ("click", "point_at"), "move_pointer": ("click",), "pause_media": ("set_timer", "mute"),
    "switch_window": ("paste", "scroll"), "close_window": ("open_app", "switch_window"), "home_off": ("set_alarm",),
    "set_timer": ("play_media", "minimize_window"), "read_clipboard": ("add_note",), "set_volume": ("play_media",),
}  # fmt: skip
"""What is asked for in the same breath, half of the time; anything else the other half."""
LAST_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}$")
LINK = "link"


def compose(rng: random.Random, action: str | None = None) -> Request:
    """A request for the action, or for one drawn by the weights of the phrases. Same generator state, same request."""
    phrases = shipped_phrases()
    action = action or rng.choices(tuple(phrases.weights), tuple(phrases.weights.values()))[0]
    while True:
        request = _request(phrases, rng, action)
        if len(request.words) <= MAX_WORDS:
            return _with_injection(request, phrases, rng)


def _request(phrases: Phrases, rng: random.Random, action: str) -> Request:
    if action == "none" and rng.random() < UNFINISHED:
        return _unfinished(phrases, rng)
    pointings = [(channel, table[action]) for channel, table in _pointings(phrases) if action in table]
    if pointings and rng.random() < POINTED.get(action, POINTED_ELSE):
        channel, by_slot = rng.choice(pointings)
        slot, entries = rng.choice(list(by_slot.items()))
        text = entries.draw(rng)
        compose_at = _at_clipboard if channel is Channel.CLIPBOARD else _at_screen
        return compose_at(phrases, rng, action, slot, text)
    if action not in NEVER_RESTARTED and rng.random() < RESTARTED:
        return _restarted(phrases, rng, action)
    if action not in NEVER_CHAINED and action in phrases.command and rng.random() < CHAINED:
        text = phrases.command[action].draw(rng)
        if not _ends_with_text(phrases, action, text):
            return _chained(phrases, rng, action, text)
    said, source = _said(phrases, rng, action)
    return _seen(phrases, rng, action, said, source)


def _pointings(phrases: Phrases) -> tuple[tuple[Channel, Pointing], ...]:
    return (Channel.CLIPBOARD, phrases.clipboard), (Channel.SCREEN, phrases.screen)


# The words ------------------------------------------------------------------------------------------------------


def _said(phrases: Phrases, rng: random.Random, action: str) -> tuple[Said, str]:
    """Words that ask for the action, and which phenomenon they show."""
    text = _phrase(phrases, rng, action)
    last = LAST_SLOT.search(text)
    source = "plain"
    if last and rng.random() < CORRECTED:
        slot = phrases.catalogue[action].slot(last[1])
        if slot and slot.kind in CORRECTABLE:
            article = "(the|) " if slot.kind == "target" else ""
            text, source = f"{text} <correction> {article}{last[0]}", "corrected"
    return phrases.grammar.say(text, rng), source


def _phrase(phrases: Phrases, rng: random.Random, action: str) -> str:
    """Half of the time a command, wrapped as people wrap them, where the action has both kinds of phrases."""
    command, say = phrases.command.get(action), phrases.say.get(action)
    if command is None or (say is not None and rng.random() < len(say.texts) / (len(say.texts) + len(command.texts))):
        assert say is not None
        return say.draw(rng)
    text = command.draw(rng)
    if rng.random() < 0.35:
        text = f"<lead> {text}"
    if rng.random() < 0.2 and not _ends_with_text(phrases, action, text):
        text = f"{text} <tail>"
    return text


def _ends_with_text(phrases: Phrases, action: str, text: str) -> bool:
    """Whether what comes after could be part of what is to be written: "type see you please"."""
    last = LAST_SLOT.search(text)
    slot = phrases.catalogue[action].slot(last[1]) if last else None
    return slot is not None and slot.kind in ("text", "expression")


def _restarted(phrases: Phrases, rng: random.Random, action: str) -> Request:
    """Another request is begun and taken back: "open firefox no wait what time is it"."""
    taken_back = phrases.grammar.say(_phrase(phrases, rng, rng.choice(RESTARTABLE)), rng).words
    before = (*taken_back, *phrases.grammar.words("restart", rng))
    said, _ = _said(phrases, rng, action)
    spans = {slot: (start + len(before), end + len(before)) for slot, (start, end) in said.spans.items()}
    said = Said((*before, *said.words), spans, said.lists)
    return _seen(phrases, rng, action, said, "restarted")


def _chained(phrases: Phrases, rng: random.Random, action: str, text: str) -> Request:
    """What the text says and something else in one breath: "copy that and paste it"."""
    if rng.random() < 0.35:
        text = f"<lead> {text}"
    others = [name for name in phrases.command if name not in NEVER_CHAINED]
    after = rng.choice(OFTEN_NEXT[action] if action in OFTEN_NEXT and rng.random() < 0.5 else others)
    first = phrases.grammar.say(text, rng)
    between = phrases.grammar.words("chain", rng)
    second = phrases.grammar.say(phrases.command[after].draw(rng), rng)
    said = Said((*first.words, *between, *second.words), first.spans, first.lists)
    offset = len(first.words) + len(between)
    spans = {slot: (start + offset, end + offset) for slot, (start, end) in second.spans.items()}
    return replace(_seen(phrases, rng, action, said, "chained"), then=Order(after, spans))


def _unfinished(phrases: Phrases, rng: random.Random) -> Request:
    """A request that breaks off before the argument it cannot do without."""
    action = rng.choice(UNFINISHABLE)
    required = [slot.name for slot in phrases.catalogue[action].slots if slot.required]
    while True:
        said = phrases.grammar.say(_phrase(phrases, rng, action), rng)
        end = min(said.spans[slot][0] for slot in required)
        if end > 0:
            return _seen(phrases, rng, "none", Said(said.words[:end], {}, {}), "unfinished")


# What is seen meanwhile -----------------------------------------------------------------------------------------


def _seen(phrases: Phrases, rng: random.Random, action: str, said: Said, source: str) -> Request:
    """The words as a request, with a screen that shows the labels they speak of."""
    kinds = {slot.name: slot.kind for slot in phrases.catalogue[action].slots}
    labels = [
        label
        for slot, (start, end) in said.spans.items()
        if (kinds[slot] == "target" or action == "find_on_screen")
        and said.lists[slot] in SHOWN_LISTS
        and rng.random() < TARGET_SHOWN
        for label in scenes.labels(phrases, rng, said.words[start:end])
    ]
    looks = "target" in kinds.values() or action == "find_on_screen"
    has_screen = bool(labels) or rng.random() < (0.85 if looks else 0.5)
    spans = {WHOLE: (0, len(said.words))} if WHOLE in kinds else said.spans
    return Request(
        words=said.words,
        action=action,
        spans=spans,
        screen=scenes.screen(phrases, rng, labels) if has_screen else (),
        clipboard=scenes.clipboard(phrases, rng) if rng.random() < 0.5 else None,
        source=f"phrases/{source}",
    )


def surrounded(request: Request, rng: random.Random) -> Request:
    """The same request with something on the screen and the clipboard, where nothing is said of them."""
    phrases = shipped_phrases()
    if not request.screen and request.clipboard is None:
        screen = scenes.screen(phrases, rng) if rng.random() < 0.7 else ()
        request = replace(
            request, screen=screen, clipboard=scenes.clipboard(phrases, rng) if rng.random() < 0.4 else None
        )
    return _with_injection(request, phrases, rng)


def _at_clipboard(phrases: Phrases, rng: random.Random, action: str, slot: str, text: str) -> Request:
    """An argument that is what was copied."""
    said = phrases.grammar.say(_wrapped(text, rng), rng)
    spec = phrases.catalogue[action].slot(slot)
    wants_link = spec is not None and spec.kind == "url"
    entries = phrases.scene["written_url" if wants_link else "clipboard"]
    return Request(
        words=said.words,
        action=action,
        spans=said.spans,
        items={slot: (Channel.CLIPBOARD, 0)},
        screen=scenes.screen(phrases, rng) if rng.random() < 0.5 else (),
        clipboard=scenes.line(phrases, entries, rng),
        source="phrases/clipboard",
    )


def _at_screen(phrases: Phrases, rng: random.Random, action: str, slot: str, text: str) -> Request:
    """An argument that is a line on the screen, spoken of by what it holds."""
    thing = phrases.things[rng.choice(tuple(phrases.things)) if f"<{GIVEN}>" in text else LINK]
    said = phrases.grammar.say(_wrapped(text, rng), rng, {GIVEN: thing.names.draw(rng)})
    line = scenes.line(phrases, thing.lines, rng)
    screen = scenes.screen(phrases, rng, [line])
    return Request(
        words=said.words,
        action=action,
        spans=said.spans,
        items={slot: (Channel.SCREEN, screen.index(line))},
        screen=screen,
        clipboard=scenes.clipboard(phrases, rng) if rng.random() < 0.5 else None,
        source="phrases/screen",
    )


def _wrapped(text: str, rng: random.Random) -> str:
    return f"{text} please" if rng.random() < 0.1 else text


def _with_injection(request: Request, phrases: Phrases, rng: random.Random) -> Request:
    """Sometimes what stands there gives orders; nothing about the request changes by that."""
    if not request.screen or rng.random() >= INJECTED:
        return request
    line = scenes.injected(phrases, rng)
    pointed = {channel for channel, _ in request.items.values()}
    if Channel.CLIPBOARD not in pointed and rng.random() < 0.4:
        return replace(request, clipboard=line)
    return replace(request, screen=(*request.screen, line))  # at the end: indices of items stay right


# A look at the result -------------------------------------------------------------------------------------------


def report(n: int, seed: int) -> str:
    """How many of `n` requests ask for what and show what, with one example each."""
    rng = random.Random(seed)
    requests = [disturb(compose(rng), rng) for _ in range(n)]
    examples = {key: request for request in requests for key in (request.action, request.source)}
    counts = Counter(key for request in requests for key in (request.source, request.action))
    return "\n".join(f"{count:6}  {key:20}  {examples[key].text}" for key, count in counts.most_common())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Show what composed requests are made of.")
    parser.add_argument("--report", type=int, default=2000, metavar="N", help="how many requests to compose")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    sys.stdout.write(report(options.report, options.seed) + "\n")


if __name__ == "__main__":
    main()
