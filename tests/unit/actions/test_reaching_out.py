"""Media, volume, files, mail, searches, and what is pointed at, on devices in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.bodies import Done, Refused
from actions.builtin.links import spelled_address
from actions.folders import user_folder
from actions.players import Player
from model.stream.values import Place
from tests.unit.actions.test_builtin import SUBMIT, Rig, StopSignal, entry, program


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path)
    program(tmp_path, "xdg-open")
    return rig


def take_back(result: object) -> str:
    assert isinstance(result, Done)
    assert result.undo is not None
    return result.undo(StopSignal())


# Sound ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "percent"), [("up", 50), ("down", 30), ("75", 75), ("0", 0)])
def test_sets_the_volume_and_takes_it_back(rig: Rig, level: str, percent: int) -> None:
    result = rig.run("set_volume", level=level)
    assert rig.mixer.percent == percent
    take_back(result)
    assert rig.mixer.percent == 40


def test_the_volume_stays_within_bounds(rig: Rig) -> None:
    rig.mixer.percent = 130
    assert rig.run("set_volume", level="up").text == "The volume is at 130 percent already."
    rig.mixer.percent = 4
    rig.run("set_volume", level="down")
    assert rig.mixer.percent == 0


def test_mutes_once_and_says_so(rig: Rig) -> None:
    take_back(rig.run("mute"))
    assert not rig.mixer.silent
    rig.run("mute")
    assert rig.run("mute") == Done("The sound is off already.")
    assert "muted" in rig.run("set_volume", level="up").text
    take_back(rig.run("unmute"))
    assert rig.mixer.silent


# Media ----------------------------------------------------------------------------------------------------------


def test_pauses_what_plays_and_resumes_it(rig: Rig) -> None:
    rig.players.players = [Player("a", "Idle", False, "Film"), Player("b", "Jukebox", True, "So What")]
    paused = rig.run("pause_media")
    assert paused.text == "Paused So What."
    assert rig.run("pause_media") == Refused("Nothing is playing.")
    take_back(paused)
    rig.run("next_track")
    rig.run("previous_track")
    assert rig.players.told == [("Jukebox", each) for each in ("Pause", "Play", "Next", "Previous")]
    assert rig.run("resume_media").text == "So What is playing already."


def test_without_a_player_it_says_so(rig: Rig) -> None:
    for name in ("pause_media", "resume_media", "next_track", "previous_track"):
        assert rig.run(name) == Refused("No media player is running.")


def test_plays_what_is_in_the_music_folder(rig: Rig) -> None:
    for name in ("Jazz/Miles/So What.mp3", "Jazz/Miles/cover.jpg", "Rock/Loud.ogg", ".hidden/Jazz.mp3"):
        path = rig.home / "Music" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert rig.run("play_media", query="some jazz") == Refused("No media player is installed.")
    program(rig.home, "tunes")
    entry(rig.home, "tunes", "Name=Tunes\nExec=tunes %U\nCategories=AudioVideo;Player;\n")
    assert rig.run("play_media", query="some jazz").text == "Playing So What."
    assert rig.started == [("tunes", str(rig.home / "files" / "playing.m3u"))]
    assert Path(rig.started[0][1]).read_text() == f"#EXTM3U\n{rig.home}/Music/Jazz/Miles/So What.mp3\n"
    assert rig.run("play_media").text == "Playing 2 files."
    assert "I found polka neither" in rig.run("play_media", query="polka").text
    rig.players.players = [Player("a", "Jukebox", False, "Film")]
    assert rig.run("play_media", query="some music").text == "Playing Film."


# Files, mail, searches ------------------------------------------------------------------------------------------


@pytest.fixture
def home(rig: Rig) -> Path:
    for name in (
        "Downloads/report.pdf",
        "Documents/work/budget 2026.ods",
        "Documents/run.sh",
        "Pictures/holiday/a.png",
    ):
        path = rig.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return rig.home


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("my downloads folder", "Downloads"),
        ("the photos folder", "Pictures"),
        ("report dot pdf", "Downloads/report.pdf"),
        ("the file report", "Downloads/report.pdf"),
        ("the budget", "Documents/work/budget 2026.ods"),
        ("the holiday folder", "Pictures/holiday"),
        ("~/Documents/work", "Documents/work"),
        ("my home folder", ""),
    ],
)
def test_opens_the_file_that_is_meant(rig: Rig, home: Path, said: str, meant: str) -> None:
    assert isinstance(rig.run("open_file", path=said), Done)
    assert rig.started == [("xdg-open", str(home / meant))]


def test_opens_nothing_that_runs_and_asks_among_several(rig: Rig, home: Path) -> None:
    assert "is a program" in rig.run("open_file", path="run").text
    (home / "report two.pdf").touch()
    (home / "report three.pdf").touch()
    assert rig.run("open_file", path="report t") == Refused("I found nothing called report t.")
    (home / "Downloads" / "report.pdf").unlink()
    assert rig.run("open_file", path="the report").text.startswith("Which one: report t")
    assert isinstance(rig.run("open_file", path="nonsense"), Refused)
    assert not rig.started


def test_folders_are_where_the_user_has_them(rig: Rig) -> None:
    config = rig.home / ".config" / "user-dirs.dirs"
    config.parent.mkdir()
    config.write_text('# mine\nXDG_MUSIC_DIR="$HOME/Musik"\n')
    assert user_folder("music", rig.env) == rig.home / "Musik"
    assert user_folder("videos", rig.env) == rig.home / "Videos"


def test_searches_in_the_browser(rig: Rig) -> None:
    assert rig.run("web_search", query="pasta & cheese?").text == "Searching for pasta & cheese?"
    assert rig.started == [("xdg-open", "https://duckduckgo.com/?q=pasta+%26+cheese%3F")]


def test_drafts_mail(rig: Rig) -> None:
    said = rig.run("compose_email", to="Anna", subject="the delay", body="I'm late & sorry").text
    assert said == "Here is your draft. I have no address for Anna; fill it in."
    rig.run("compose_email", to="anna at example dot org")
    assert rig.started == [
        ("xdg-open", "mailto:?subject=the%20delay&body=I%27m%20late%20%26%20sorry"),
        ("xdg-open", "mailto:anna@example.org"),
    ]


@pytest.mark.parametrize("said", ["Anna", "at dot", "a@b", "x at y", "anna@example.org?cc=b@c.de", ""])
def test_what_is_no_address_is_none(said: str) -> None:
    assert spelled_address(said) == ""


def test_opens_the_mail_program(rig: Rig) -> None:
    assert rig.run("check_email") == Refused("No mail program is installed.")
    program(rig.home, "post")
    entry(rig.home, "post", "Name=Post\nExec=post\nCategories=Network;Email;\n")
    assert rig.run("check_email") == Done("Opened Post.")


# Pointer and screen ---------------------------------------------------------------------------------------------


def test_moves_drags_and_selects_what_is_seen(rig: Rig) -> None:
    rig.look.screens = [[SUBMIT, ("Trash", Place(400, 300, 50, 20))]]
    rig.run("move_pointer", target="submit")
    assert rig.run("drag", source="submit to the trash", target="trash").text == "Dragged Submit to Trash."
    assert rig.run("select_text", target="trash").text == "Selected Trash."
    rig.run("select_text", target="everything")
    assert rig.hands.done == [
        "move to (130, 110)",
        "drag (130, 110) to (425, 310)",
        "double drag (408, 310) to (442, 310)",
        "ctrl+a",
    ]


def test_nothing_is_dragged_to_what_moved(rig: Rig) -> None:
    trash = ("Trash", Place(400, 300, 50, 20))
    rig.look.screens = [[SUBMIT, trash], [SUBMIT], [SUBMIT]]
    assert isinstance(rig.run("drag", source="submit", target="trash"), Refused)
    assert rig.hands.done == []


def test_points_at_what_is_asked_for(rig: Rig) -> None:
    rig.look.screens = [[SUBMIT, ("Total", Place(700, 550, 50, 20))]]
    assert rig.run("find_on_screen", text="the total").text == "Total is at the bottom right."
    assert rig.run("point_at", target="submit").text == "Submit is at the top left."
    assert rig.marker.marked == [Place(700, 550, 50, 20), SUBMIT[1]]
    assert isinstance(rig.run("point_at", target="cancel"), Refused)


def test_several_that_fit_are_numbered_and_one_is_chosen_by_its_number(rig: Rig) -> None:
    rig.look.screens = [[("Open", Place(100, y_px, 40, 20)) for y_px in (300, 100, 200)]]
    click = rig.bodies["click"]
    for said, y_px in (("the second one", 210), ("number three", 310), ("one", 110), ("the last one", 310)):
        assert isinstance(click({"target": "open"}, StopSignal()), Refused)
        assert [place.y_px for place in rig.marker.marked[-3:]] == [100, 200, 300]
        click({"target": said}, StopSignal())
        assert rig.hands.done[-1] == f"click left x1 at (120, {y_px})"
    assert isinstance(click({"target": "the second one"}, StopSignal()), Refused)  # nothing was asked about


@pytest.mark.parametrize(
    ("said", "x_px", "y_px"),
    [
        ("the open button on the left", 120, 110),
        ("open on the right", 620, 110),
        ("the bottom open", 320, 510),
        ("open at the top right", 620, 110),
    ],
)
def test_one_of_several_is_meant_by_its_side(rig: Rig, said: str, x_px: int, y_px: int) -> None:
    rig.look.screens = [[("Open", Place(x_px, y_px, 40, 20)) for x_px, y_px in ((100, 100), (600, 100), (300, 500))]]
    rig.run("click", target=said)
    assert rig.hands.done == [f"click left x1 at ({x_px}, {y_px})"]


def test_a_side_is_chosen_among_those_that_are_shown(rig: Rig) -> None:
    rig.look.screens = [[("Open", Place(x_px, 100, 40, 20)) for x_px in (100, 600)]]
    click = rig.bodies["click"]
    for said in ("open", "the left one"):
        click({"target": said}, StopSignal())
    assert rig.hands.done == ["click left x1 at (120, 110)"]


def test_saves_a_screenshot_and_takes_it_back(rig: Rig) -> None:
    result = rig.run("screenshot")
    (saved,) = (rig.home / "Pictures" / "Screenshots").iterdir()
    assert saved.read_bytes() == b"a picture"
    take_back(result)
    assert not saved.exists()


def test_talks_faster_and_slower_within_bounds(rig: Rig) -> None:
    assert rig.run("speak_faster") == Done("Like this?")
    rig.run("speak_slower")
    assert rig.speaker.rate == pytest.approx(1.0)
    for _ in range(9):
        last = rig.run("speak_slower")
    assert last.text == "I cannot speak any more slowly."
