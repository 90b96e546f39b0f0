"""What programs say of their windows, asked for over a real accessibility bus and held against real pixels."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event as StopSignal

import pytest

from actions.x11 import X11Hands
from desktop.processes import Watched, wait_until
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost
from model.stream.values import Place
from perception.accessibility import Accessibility, programs_that_tell
from perception.atspi import Switch, bus_address
from perception.screen import Eyes
from tests.watching import Watching

pytestmark = pytest.mark.integration

EXACT = "https://Il1O0.example.org/l1I|O0o?q=rn-m&vv=w"
SECRET = "swordfish hunter2"
WITHIN_S = 40.0
TREE_AT_ONCE = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}


def while_watching() -> Watching:
    """Eyes that ask, too."""
    return Watching(Accessibility())


@pytest.fixture
def watching(on_screen: VirtualDesktop) -> Iterator[Watching]:
    with while_watching() as started:
        yield started


def form(desktop: VirtualDesktop, *arguments: str) -> Watched:
    bus_address(desktop.env)  # as in a session, where it is there before programs are
    program = desktop.watch(sys.executable, "-m", "tests.form_program", *arguments, env=TREE_AT_ONCE)
    program.wait_for("ready", 60)
    return program


def everything(watching: Watching) -> str:
    """All that was ever posted or can be read at this moment."""
    return " ".join([str(event) for event in watching.events] + [text for text, _ in watching.eyes.read()])


def test_the_bus_is_that_of_this_desktop(on_screen: VirtualDesktop) -> None:
    assert str(on_screen.runtime) in bus_address(on_screen.env)


def test_text_is_exact_and_roles_are_told(watching: Watching, on_screen: VirtualDesktop) -> None:
    form(on_screen, "--label", EXACT, "--text", f"def Il1(l, O0):\\n    return {EXACT!r}")
    assert watching.line(EXACT).role == "label"
    assert watching.line("def Il1(l, O0):").role == "text"
    assert watching.line(f"return {EXACT!r}").role == "text"
    assert watching.line("Submit").role == "button"
    watching.rest()
    assert EXACT in [text for text, _ in watching.eyes.read()]


def test_what_is_typed_is_told_as_it_is(watching: Watching, on_screen: VirtualDesktop) -> None:
    form(on_screen)
    watching.line("Submit")
    on_screen.xdotool("type", EXACT)
    watching.line(EXACT)


@pytest.mark.parametrize("running", [True, False], ids=["while the eyes run", "in a single look"])
def test_things_without_a_text_are_told_by_name_where_they_can_be_pressed(
    running: bool, on_screen: VirtualDesktop
) -> None:
    program = form(on_screen)
    if running:
        with while_watching() as watching:
            line = watching.line("Save")
            field = watching.line("E-mail")
            assert (line.role, field.role) == ("button", "text")
            place = line.place
    else:
        place = dict(Eyes(accessibility=Accessibility()).read())["Save"]
    x_px, y_px = place.centre
    on_screen.xdotool("mousemove", str(x_px), str(y_px), "click", "1")
    program.wait_for("pressed Save", WITHIN_S)


def test_a_password_is_never_read(watching: Watching, on_screen: VirtualDesktop) -> None:
    form(on_screen, "--password", SECRET)
    watching.line("Submit")
    watching.rest()
    on_screen.xdotool("key", "F5")  # now it stands there in plain letters
    watching.rest()
    assert not any(word in everything(watching) for word in SECRET.split())
    assert any(word in " ".join(text for text, _ in Eyes().read()) for word in SECRET.split())  # and would be read


def test_whether_a_password_is_being_typed_is_known(
    watching: Watching, on_screen: VirtualDesktop, tmp_path: Path
) -> None:
    form(on_screen, "--password", SECRET)
    field = watching.line("E-mail").place
    watching.rest()
    ((window, (password,)),) = watching.accessibility.secret_places().items()
    with X11Hands(on_screen.display, tmp_path, guarded=False) as hands:
        for place, secret in ((password, True), (field, False), (password, True)):
            hands.click(place.centre, "left", 1, StopSignal())
            wait_until(lambda secret=secret: watching.eyes.types_secret(window) == secret, 10, "the keyboard")
        focus = hands.active_window()
    assert focus is not None
    assert focus.window == window


def test_a_password_field_that_comes_later_is_not_read(watching: Watching, on_screen: VirtualDesktop) -> None:
    form(on_screen, "--password", SECRET)
    watching.line("Submit")
    on_screen.xdotool("key", "F6")
    watching.rest()
    (known,) = watching.accessibility.secret_places().values()
    assert len(known) == 2


def test_a_window_that_is_moved_takes_its_password_along(watching: Watching, on_screen: VirtualDesktop) -> None:
    form(on_screen, "--password", SECRET)
    watching.line("Submit")
    watching.rest()
    on_screen.xdotool("key", "F5")
    watching.rest()
    window = on_screen.xdotool("search", "--name", "^Form$")
    for x_px, y_px in ((800, 300), (20, 40)):
        on_screen.xdotool("windowmove", "--sync", window, str(x_px), str(y_px))
        watching.rest()
    assert not any(word in everything(watching) for word in SECRET.split())


def test_a_window_in_front_is_what_is_told(watching: Watching, on_screen: VirtualDesktop) -> None:
    form(on_screen, "--title", "Below", "--text", "hidden words", "--place", "300,150,700,600")
    watching.line("Save")
    on_screen.start("xterm", "-fa", "DejaVu Sans Mono", "-fs", "14", "-geometry", "90x40+250+100", "-e", "cat")
    watching.wait(lambda: "Save" not in watching.texts, "the end of what is covered")
    on_screen.xdotool("type", "pixels alone")
    watching.wait(lambda: any("pixels alone" in text for text in watching.texts), "what is typed")
    read = [text for text, _ in watching.eyes.read()]
    assert "Save" not in read
    assert "E-mail" not in read
    assert "hidden words" not in read


def test_what_is_scrolled_out_is_not_told(watching: Watching, on_screen: VirtualDesktop) -> None:
    form(on_screen, "--rows", "400", "--place", "300,150,700,800")
    watching.line("entry 0")
    assert not any("entry 399" in text for text in watching.texts)


def test_a_program_of_gtk_tells_exactly(watching: Watching, on_screen: VirtualDesktop, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(f"{EXACT}\nsecond\n", encoding="utf-8")
    on_screen.start("l3afpad", str(page))
    assert watching.line(EXACT).role == "text"
    assert watching.line("File").role == "menu"


def test_a_program_that_hangs_is_left_alone(watching: Watching, on_screen: VirtualDesktop) -> None:
    hanging = form(on_screen, "--title", "Hangs", "--text", "still to be seen", "--place", "50,100,600,400")
    watching.line("still to be seen")
    os.kill(hanging.process.pid, signal.SIGSTOP)
    try:
        form(on_screen, "--title", "Works", "--text", EXACT, "--place", "800,300,700,500")
        watching.line(EXACT)
        window = on_screen.xdotool("search", "--name", "^Hangs$")
        on_screen.xdotool("windowraise", window)
        read = [text for text, _ in watching.eyes.read()]
        # From the pixels alone, with the text cursor before the first letter.
        assert any(text.endswith("till to be seen") for text in read)
        assert EXACT in read
    finally:
        os.kill(hanging.process.pid, signal.SIGCONT)


def test_nothing_costs_nothing(watching: Watching, on_screen: VirtualDesktop) -> None:
    form(on_screen, "--text", "nothing happens here", "--password", SECRET)
    watching.line("nothing happens here")
    watching.rest()
    time.sleep(3.0)  # the cursor has come and gone and is known
    asked = watching.accessibility.n_asked
    time.sleep(6.0)
    assert watching.accessibility.n_asked == asked  # a cursor blinks meanwhile


def test_the_switch_is_given_back(on_screen: VirtualDesktop) -> None:
    switch = Switch(on_screen.env)
    with while_watching():
        time.sleep(1.0)
        assert switch.is_on()
    assert not switch.is_on()


def test_a_switch_that_was_on_is_left_on(on_screen: VirtualDesktop) -> None:
    somebody = Switch(on_screen.env)
    somebody.on()
    with while_watching():
        time.sleep(1.0)
    assert somebody.is_on()


def test_without_a_bus_the_pixels_are_read(on_screen: VirtualDesktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "")
    with pytest.raises(DeviceLost, match="at-spi2-core"):
        programs_that_tell(os.environ)
    form(on_screen)
    with while_watching() as watching:
        watching.line("Submit")


def test_a_bus_that_goes_away_ends_nothing(watching: Watching, on_screen: VirtualDesktop) -> None:
    form(on_screen)
    watching.line("Save")
    on_screen.run("pkill", "-f", f"address=unix:path={on_screen.runtime}/at-spi/bus")
    on_screen.xdotool("type", "still here")
    watching.line("still here")


def test_the_doctor_counts_programs(on_screen: VirtualDesktop) -> None:
    before = programs_that_tell(os.environ)
    form(on_screen)
    assert programs_that_tell(os.environ) == before + 1


def test_an_area_alone(on_screen: VirtualDesktop) -> None:
    form(on_screen)
    eyes = Eyes(accessibility=Accessibility())
    place = dict(eyes.read())["Save"]
    around = Place(place.x_px - 6, place.y_px - 6, place.width_px + 12, place.height_px + 12)
    assert "Save" in [text for text, _ in eyes.read(around)]
