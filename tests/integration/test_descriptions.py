"""Buttons pressed by what they look like and what they stand by, read from the pixels of a real window."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Event as StopSignal

import pytest

from actions.bodies import Asks, Done, Refused, Result
from actions.builtin.screen import screen_bodies
from actions.x11 import X11Hands
from desktop.probing import Probe
from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop
from perception.screen import Eyes
from tests.fake_devices import FakeMarker

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

Click = Callable[[str], Result]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Probe, Click, FakeMarker]]:
    with VirtualDesktop(sound=False) as desktop, pytest.MonkeyPatch.context() as patch:
        for name, value in desktop.env.items():
            patch.setenv(name, value)
        program = desktop.watch(sys.executable, "-m", "tests.integration.coloured_program")
        program.wait_for('"ready"', 60)
        marker = FakeMarker()
        with closing(X11Hands(os.environ["DISPLAY"], tmp_path_factory.mktemp("run"), guarded=False)) as hands:
            click = screen_bodies(hands, Eyes(), marker)["click"]
            yield Probe(program), lambda target: click({"target": target}, StopSignal()), marker


@pytest.mark.parametrize(
    ("target", "label"),
    [
        ("blue button on the left", "Buy now"),
        ("the second blue button", "Compare"),
        ("the red button", "Delete"),
        ("green one", "Keep"),
        ("the second link", "Terms of use"),
        ("the change button next to account", "Change"),
        ("keep to the right of delete", "Keep"),
    ],
)
def test_it_is_pressed_as_it_was_described(stage: tuple[Probe, Click, FakeMarker], target: str, label: str) -> None:
    probe, click, _ = stage
    before = probe.presses
    result = click(target)
    assert isinstance(result, Done), result
    wait_until(lambda: len(probe.presses) > len(before), 10, "the press")
    assert probe.presses == (*before, label)


def test_what_is_not_clear_is_asked_about_and_nothing_is_pressed(stage: tuple[Probe, Click, FakeMarker]) -> None:
    probe, click, marker = stage
    before = probe.presses
    assert isinstance(click("the yellow button"), Refused)
    asked = click("the button next to account")
    assert isinstance(asked, Asks), asked
    assert asked.text == "Do you mean Change?"
    assert isinstance(click("the blue button"), Refused)
    assert len(marker.marked) == 2
    assert probe.presses == before
    assert isinstance(click("the second one"), Done)
    probe.wait_for_press("Compare")
