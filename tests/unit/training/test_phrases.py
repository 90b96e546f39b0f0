from pathlib import Path

import pytest

from model.stream.catalogue import load_catalogue
from model.stream.errors import BadSettings
from model.training.grammar import Entries, inserts, parse
from model.training.phrases import GIVEN, Phrases, load_phrases, shipped_phrases
from model.training.scenes import REFERENCE
from resources import ROOT

TALK = {"none", "think"}
HOME_LIFE = {
    "web_search", "set_timer", "timer_status", "cancel_timer", "set_alarm", "list_alarms", "cancel_alarm",
    "set_reminder", "list_reminders", "tell_time", "tell_date", "list_add", "list_show", "list_remove", "add_note",
    "add_event", "list_events", "remove_event", "set_volume", "mute", "unmute", "play_media", "pause_media",
    "resume_media", "next_track", "previous_track", "compose_email", "check_email", "home_on", "home_off", "home_set",
    "home_status", "calculate", "convert", "remember", "recall", "forget", "speak_faster", "speak_slower",
}  # fmt: skip


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return shipped_phrases()


def texts(phrases: Phrases, action: str) -> tuple[str, ...]:
    empty = Entries((), ())
    return phrases.command.get(action, empty).texts + phrases.say.get(action, empty).texts


def test_every_action_has_phrases_and_a_weight(phrases: Phrases):
    assert set(phrases.weights) == set(phrases.catalogue)
    assert all(texts(phrases, action) for action in phrases.catalogue)


def test_actions_of_the_desktop_have_many_phrases(phrases: Phrases):
    few = {action: n for action in phrases.catalogue if (n := len(texts(phrases, action))) < 15}
    assert not set(few) - HOME_LIFE, few
    assert all(n >= 6 for n in few.values()), few


def test_half_of_the_requests_operate_the_desktop(phrases: Phrases):
    total = sum(phrases.weights.values())
    desktop = sum(weight for action, weight in phrases.weights.items() if action not in TALK | HOME_LIFE)
    assert desktop / total == pytest.approx(0.5, abs=0.06)
    assert phrases.weights["none"] / total == pytest.approx(0.15, abs=0.04)
    assert phrases.weights["think"] / total == pytest.approx(0.10, abs=0.03)


def test_a_phrase_fills_every_slot_the_action_cannot_do_without(phrases: Phrases):
    for action, spec in phrases.catalogue.items():
        required = {slot.name for slot in spec.slots if slot.required} - {"question"}
        for text in texts(phrases, action):
            filled = {insert.slot for insert in inserts(parse(text))}
            assert required <= filled, f"{action}: {text}"


def test_every_list_is_used(phrases: Phrases):
    everywhere = [text for action in phrases.catalogue for text in texts(phrases, action)]
    everywhere += [text for entries in phrases.grammar.lists.values() for text in entries.texts]
    used = {insert.list for text in everywhere for insert in inserts(parse(text))}
    drawn_by_name = {"lead", "tail", "correction", "restart", "chain"}
    assert set(phrases.grammar.lists) - used == drawn_by_name


def test_what_people_point_at_is_written_from_known_lists(phrases: Phrases):
    lines = [line for thing in phrases.things.values() for line in thing.lines.texts]
    lines += [line for entries in phrases.scene.values() for line in entries.texts]
    assert {mark[1] for line in lines for mark in REFERENCE.finditer(line)} <= set(phrases.scene)
    assert all(GIVEN in text for entries in phrases.screen["set_clipboard"].values() for text in entries.texts)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[command]\n", '[command]\nfly = "fly away"\n', "no action"),
        ("12* click {target}", "click {thingy:label}", "no slot of click"),
        ("12* click {target}", "click {target:labels}", "no list"),
        ("[say]", "[say", "cannot be read"),
    ],
)
def test_a_wrong_phrase_is_named(tmp_path: Path, old: str, new: str, sentence: str):
    shipped = (ROOT / "phrases.toml").read_text(encoding="utf-8")
    path = tmp_path / "phrases.toml"
    path.write_text(shipped.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadSettings, match=sentence):
        load_phrases(path, load_catalogue(ROOT / "actions.toml"))
