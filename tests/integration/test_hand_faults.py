"""What may go wrong while the hands are at work: each ends in a sentence, and nothing goes where it should not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from threading import Event as StopSignal

import pytest
from jeepney import message_bus
from jeepney.io.blocking import open_dbus_connection

from actions.builtin.media import media_bodies
from actions.builtin.sound import sound_bodies
from actions.mixer import PulseMixer
from actions.players import MprisPlayers, Player
from actions.x11 import X11Hands
from desktop.probing import Probe, open_probe
from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost, NotPermitted

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

GO = StopSignal()
LONG = "All work and no play. " * 200


@pytest.fixture
def hands(virtual_screen: VirtualDesktop, tmp_path: Path) -> Iterator[X11Hands]:
    with X11Hands(virtual_screen.display, tmp_path / "run", guarded=False) as hands:
        yield hands


class Typing:
    """Types a long text on a thread of its own; `typed` is how much of it was, or `error` what came in between."""

    def __init__(self, hands: X11Hands) -> None:
        self.typed = -1
        self.error: DeviceLost | None = None
        self._hands = hands
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.typed = self._hands.type_text(LONG, GO)
        except DeviceLost as error:
            self.error = error

    def end(self) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive()


def began(probe: Probe) -> None:
    wait_until(lambda: len(probe.text) > 20, 10, "the beginning of the text")


def test_another_window_that_takes_the_keyboard_gets_nothing(
    hands: X11Hands, probe: Probe, virtual_screen: VirtualDesktop
) -> None:
    typing = Typing(hands)
    began(probe)
    other = open_probe(virtual_screen, title="Other")
    typing.end()
    assert 20 < typing.typed < len(LONG)
    # A key that is down at the moment when the keyboard is taken may reach nobody.
    wait_until(lambda: probe.text in (LONG[: typing.typed - 1], LONG[: typing.typed]), 10, "what was typed")
    assert other.text == ""


def test_a_window_that_closes_while_it_is_typed_into(
    hands: X11Hands, virtual_screen: VirtualDesktop, probe: Probe
) -> None:
    front = open_probe(virtual_screen, title="Front")
    typing = Typing(hands)
    began(front)
    front.close()
    typing.end()
    assert 20 < typing.typed < len(LONG)
    assert probe.text == ""


def test_a_player_that_hangs_holds_nobody_up(
    virtual_sound: VirtualDesktop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("actions.players.TIMEOUT_S", 0.2)
    name = "org.mpris.MediaPlayer2.hung"
    players = MprisPlayers(virtual_sound.env)
    with open_dbus_connection(virtual_sound.env["DBUS_SESSION_BUS_ADDRESS"]) as hung:
        hung.send_and_get_reply(message_bus.RequestName(name))
        assert players.all() == []
        with pytest.raises(NotPermitted, match="hung does not answer"):
            players.tell(Player(name, "hung", True, ""), "Pause")
        bodies = media_bodies(players, virtual_sound.env, lambda command, env: None, tmp_path / "playing.m3u")
        assert bodies["pause_media"]({}, GO).text == "No media player is running."


def test_a_sound_system_that_goes_away(virtual_sound: VirtualDesktop) -> None:
    bodies = sound_bodies(PulseMixer(virtual_sound.env["PULSE_SERVER"]))
    bodies["set_volume"]({"level": "35"}, GO)
    virtual_sound.run("pactl", "exit")
    wait_until(lambda: not Path(virtual_sound.env["PULSE_SERVER"].removeprefix("unix:")).exists(), 10, "its end")
    with pytest.raises(DeviceLost, match="no sound system"):
        bodies["set_volume"]({"level": "up"}, GO)
