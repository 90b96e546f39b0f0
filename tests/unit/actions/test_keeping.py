"""Lists, notes, appointments, alarms and facts: what is said, what is in the file, and what taking back leaves."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from actions.bodies import Done, Refused
from model.stream.errors import NotPermitted
from tests.unit.actions.test_builtin import Rig, StopSignal


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def text_of(rig: Rig, name: str) -> str:
    path = rig.home / "files" / name
    return path.read_text() if path.exists() else ""


def take_back(result: object) -> str:
    assert isinstance(result, Done)
    assert result.undo is not None
    return result.undo(StopSignal())


# Lists ----------------------------------------------------------------------------------------------------------


def test_a_list_is_a_markdown_file(rig: Rig) -> None:
    assert rig.run("list_add", item="milk").text == "Added milk to your shopping list."
    eggs = rig.run("list_add", item="six eggs", list="the shopping list")
    assert text_of(rig, "lists/shopping.md") == "# Shopping\n\n- [ ] milk\n- [ ] six eggs\n"
    assert rig.run("list_show", list="shopping").text == "On your shopping list: milk and six eggs."
    assert take_back(eggs) == "Took six eggs off your shopping list."
    assert text_of(rig, "lists/shopping.md") == "# Shopping\n\n- [ ] milk\n"


def test_what_the_user_wrote_into_the_file_stays(rig: Rig) -> None:
    path = rig.home / "files" / "lists" / "to do.md"
    path.parent.mkdir(parents=True)
    path.write_text("# Things\n\nIntro.\n* old style\n- [x] done before\n1. no bullet\n")
    rig.run("list_add", item="call Bob", list="my to do list")
    assert rig.run("list_show", list="to do").text == "On your to do list: old style and call Bob."
    rig.run("list_remove", item="old style", list="to do")
    assert path.read_text() == "# Things\n\nIntro.\n- [x] done before\n1. no bullet\n- [ ] call Bob\n"


def test_takes_off_what_is_meant_or_asks(rig: Rig) -> None:
    for item in ("oat milk", "goat milk", "bread"):
        rig.run("list_add", item=item)
    assert rig.run("list_remove", item="milk") == Refused("Which one: oat milk and goat milk?")
    assert rig.run("list_remove", item="wine") == Refused("Wine is not on your shopping list.")
    removed = rig.run("list_remove", item="bread")
    assert removed.text == "Took bread off your shopping list."
    assert take_back(removed) == "bread is on your shopping list again."
    assert isinstance(rig.run("list_remove"), Refused)
    assert rig.run("list_show", list="packing") == Refused("You have no packing list.")


def test_a_deleted_list_comes_back_whole_but_never_over_a_new_one(rig: Rig) -> None:
    rig.run("list_add", item="milk")
    before = text_of(rig, "lists/shopping.md")
    assert "Say what goes" in rig.run("list_remove", list="shopping list").text
    deleted = rig.run("list_remove", item="everything", list="shopping list")
    assert text_of(rig, "lists/shopping.md") == ""
    take_back(deleted)
    assert text_of(rig, "lists/shopping.md") == before
    assert "Say what goes" in rig.run("list_remove", list="shopping list").text
    deleted = rig.run("list_remove", item="everything", list="shopping list")
    rig.run("list_add", item="new", list="shopping")
    with pytest.raises(NotPermitted, match="not overwrite"):
        take_back(deleted)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "..", "x" * 300, "\0", "con:"])
def test_no_name_leaves_the_directory(rig: Rig, name: str) -> None:
    rig.run("list_add", item="milk", list=name)
    (made,) = (rig.home / "files").rglob("*.md")
    assert made.parent == rig.home / "files" / "lists"


# Notes ----------------------------------------------------------------------------------------------------------


def test_notes_are_kept_by_day(rig: Rig) -> None:
    rig.run("add_note", text="the key is under the mat")
    second = rig.run("add_note", text="buy\nstamps")
    rig.now_ns = 86_400 * 10**9
    rig.run("add_note", text="next day")
    assert text_of(rig, "notes.md") == (
        "# Notes\n\n## 2026-11-21\n\n- 12:00 the key is under the mat\n- 12:00 buy stamps\n"
        "\n## 2026-11-22\n\n- 12:00 next day\n"
    )
    take_back(second)
    assert "stamps" not in text_of(rig, "notes.md")
    assert "under the mat" in text_of(rig, "notes.md")


def test_a_file_that_is_no_text_is_left_alone(rig: Rig) -> None:
    path = rig.home / "files" / "notes.md"
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(NotPermitted, match=r"notes\.md cannot be read"):
        rig.run("add_note", text="hello")
    assert path.read_bytes() == b"\xff\xfe"


# Calendar -------------------------------------------------------------------------------------------------------


def test_appointments_are_added_told_and_removed(rig: Rig) -> None:
    assert rig.run("add_event", title="lunch", people="Ann", time="tomorrow at noon").text == (
        "lunch with Ann tomorrow at noon is in your calendar."
    )
    assert rig.run("add_event", title="dentist", time="tomorrow at half past twelve").text.startswith("dentist")
    rig.run("add_event", title="birthday", time="december 5")
    assert rig.run("list_events", time="tomorrow").text == "Tomorrow: lunch with Ann at noon and dentist at 12:30 PM."
    assert rig.run("list_events", time="on the fifth").text == "On December 5: birthday."
    assert rig.run("list_events", time="friday").text == "Nothing is in your calendar on Friday."
    removed = rig.run("remove_event", title="the dentist appointment")
    assert removed.text == "Removed dentist from your calendar."
    assert rig.run("list_events", time="tomorrow").text == "Tomorrow: lunch with Ann at noon."
    take_back(removed)
    assert "dentist" in rig.run("list_events", time="tomorrow").text


def test_a_title_that_was_taken_for_a_time_is_a_title(rig: Rig) -> None:
    rig.run("add_event", title="lunch", time="tomorrow at noon")
    assert rig.run("remove_event", time="lunch").text == "Removed lunch from your calendar."


def test_says_what_else_is_at_that_time_and_asks_when(rig: Rig) -> None:
    rig.run("add_event", title="lunch", time="tomorrow at noon")
    assert "You also have lunch then." in rig.run("add_event", title="call", time="tomorrow at noon").text
    assert rig.run("add_event", title="party") == Refused("When is party?")
    assert isinstance(rig.run("add_event", title="party", time="whenever"), Refused)
    assert isinstance(rig.run("remove_event"), Refused)


def test_one_appointment_is_never_taken_for_all(rig: Rig) -> None:
    for title in ("meeting with Bob", "dentist"):
        rig.run("add_event", title=title, time="tomorrow at nine")
    assert rig.run("remove_event", title="meeting").text.startswith("Which one: dentist tomorrow at 9 AM and")
    assert rig.run("remove_event", title="the meeting", time="tomorrow").text.startswith("Which one")
    assert rig.run("remove_event", title="everything", time="tomorrow").text == (
        "Removed dentist and meeting with Bob from your calendar."
    )


def test_clears_a_day(rig: Rig) -> None:
    for title in ("one", "two"):
        rig.run("add_event", title=title, time="tomorrow at nine")
    assert rig.run("remove_event", time="tomorrow").text == "Removed one and two from your calendar."
    assert rig.run("list_events").text == "Nothing is coming up."


def test_what_another_program_put_into_the_calendar_stays(rig: Rig) -> None:
    path = rig.home / "files" / "calendar.ics"
    path.parent.mkdir()
    path.write_bytes(
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nX-WR-CALNAME:Mine\r\n"
        b"BEGIN:VTODO\r\nUID:t\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:paint\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    )
    take_back(rig.run("add_event", title="lunch", time="tomorrow at noon"))
    assert b"SUMMARY:paint" in path.read_bytes()
    assert b"X-WR-CALNAME:Mine" in path.read_bytes()
    assert b"lunch" not in path.read_bytes()


def test_a_broken_calendar_is_left_alone(rig: Rig) -> None:
    path = rig.home / "files" / "calendar.ics"
    path.parent.mkdir()
    path.write_text("BEGIN:NONSENSE\nno end")
    with pytest.raises(NotPermitted, match="no calendar"):
        rig.run("add_event", title="lunch", time="tomorrow at noon")
    assert path.read_text() == "BEGIN:NONSENSE\nno end"


# Alarms and reminders -------------------------------------------------------------------------------------------


def test_alarms_are_set_told_and_cancelled(rig: Rig) -> None:
    assert rig.run("set_alarm", time="seven").text == "Alarm set for today at 7 PM."
    rig.run("set_alarm", time="tomorrow at six", label="gym")
    assert rig.run("list_alarms").text == "Your alarms: today at 7 PM and gym tomorrow at 6 AM."
    assert isinstance(rig.run("cancel_alarm"), Refused)
    cancelled = rig.run("cancel_alarm", time="the seven pm alarm")
    assert cancelled.text == "Cancelled your alarm."
    take_back(cancelled)
    assert rig.run("cancel_alarm", time="gym").text == "Cancelled your gym alarm."
    assert isinstance(rig.run("set_alarm", time="next friday"), Refused)


def test_stop_silences_an_alarm_that_rings(rig: Rig) -> None:
    rig.run("set_alarm", time="in one minute")
    rig.now_ns = 61 * 10**9
    rig.schedule.fire()
    assert rig.run("stop") == Done("The alarm is off.")
    assert rig.run("stop") == Done("Stopped.")


def test_reminders_are_set_and_told(rig: Rig) -> None:
    assert rig.run("set_reminder", text="call mom", time="at five").text == (
        "I will remind you today at 5 PM: call mom."
    )
    rig.run("set_reminder", text="buy stamps", time="on monday")
    assert rig.run("list_reminders").text == (
        "I am to remind you of: call mom today at 5 PM and buy stamps on Monday at 9 AM."
    )
    assert isinstance(rig.run("set_reminder", text="call", time="some time"), Refused)


# Memory ---------------------------------------------------------------------------------------------------------


def test_remembers_recalls_and_forgets(rig: Rig) -> None:
    told = rig.run("remember", text="that I parked on level two")
    rig.run("remember", text="my sister's birthday is in May")
    assert rig.run("recall", query="where did I park").text == "You told me: I parked on level two."
    assert rig.run("recall", query="my sister's birthday").text == "You told me: my sister's birthday is in May."
    assert isinstance(rig.run("recall", query="the desk"), Refused)
    assert "level two" in rig.run("recall", query="what do you know about me").text
    take_back(told)
    assert isinstance(rig.run("recall", query="where did I park"), Refused)
    assert rig.run("forget", query="everything").text.startswith("Forgotten: my sister's")
    assert isinstance(rig.run("forget", query="everything"), Refused)


def test_forgets_the_last_minutes(rig: Rig) -> None:
    rig.run("remember", text="the old one")
    rig.now_ns = 600 * 10**9
    rig.run("remember", text="the new one")
    assert rig.run("forget", query="the last five minutes").text == "Forgotten: the new one."
    assert rig.run("recall", query="one").text == "You told me: the old one."


def test_nothing_that_is_remembered_is_written_anywhere(rig: Rig) -> None:
    rig.run("remember", text="the code is blue")
    assert not list(rig.home.rglob("*"))


@pytest.mark.parametrize(
    ("name", "values", "file"),
    [
        ("list_add", {"item": "bread", "list": "shopping"}, "lists/shopping.md"),
        ("list_remove", {"item": "milk", "list": "shopping"}, "lists/shopping.md"),
        ("add_note", {"text": "more"}, "notes.md"),
        ("add_event", {"title": "dinner", "time": "tomorrow at noon"}, "calendar.ics"),
    ],
)
def test_a_full_disk_leaves_what_was_there(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, name: str, values: dict[str, str], file: str
) -> None:
    rig.run("list_add", item="milk", list="shopping")
    rig.run("add_note", text="the first")
    rig.run("add_event", title="lunch", time="tomorrow at noon")
    before = (rig.home / "files" / file).read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NotPermitted, match=r"No space left on device.*free space"):
        rig.run(name, **values)
    assert (rig.home / "files" / file).read_bytes() == before
    assert [path.name for path in (rig.home / "files" / file).parent.iterdir() if path.name.startswith(".")] == []
