"""Locks and sleep told over a real message bus by services that are not real."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

import pytest

from desktop.presence import ASKED, LOCKED, SLEEP, PresenceWatch, ScreenSavers, Seat, Source
from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost
from tests.fake_session import FakeSession

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

WITHIN_S = 10.0
LOGIN = "org.freedesktop.login1"


@pytest.fixture
def bus() -> Iterator[str]:
    with VirtualDesktop(screen=False, sound=False) as desktop:
        yield desktop.env["DBUS_SESSION_BUS_ADDRESS"]


class Told:
    """Everything that was told, and what holds after it."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, bool]] = []

    def __call__(self, reason: str, holds: bool) -> None:
        self.rows.append((reason, holds))

    @property
    def holding(self) -> set[str]:
        holds = dict(self.rows)
        return {reason for reason, on in holds.items() if on}


@contextmanager
def watching(address: str, source: Source, ready: Callable[[], bool]) -> Generator[Told]:
    told, stop = Told(), threading.Event()
    watch = PresenceWatch("test", address, source)
    thread = threading.Thread(target=watch.run, args=(told, stop))
    thread.start()
    try:
        wait_until(ready, WITHIN_S, "the questions at the start")
        yield told
    finally:
        stop.set()
        thread.join(WITHIN_S)
        assert not thread.is_alive()


def until(met: Callable[[], bool]) -> None:
    wait_until(met, WITHIN_S, "what the bus tells")


@pytest.mark.parametrize("vendor", ["freedesktop", "gnome", "cinnamon", "mate", "xfce"])
def test_a_locked_screen_is_told_and_so_is_its_end(bus: str, vendor: str) -> None:
    with (
        FakeSession(bus, f"org.{vendor}.ScreenSaver") as locker,
        watching(bus, ScreenSavers(), lambda: "GetActive" in locker.asked) as told,
    ):
        locker.lock_screen(True, vendor)
        until(lambda: len(told.holding) == 1)
        locker.lock_screen(False, vendor)
        until(lambda: not told.holding)


def test_a_screen_that_is_locked_already_is_told_at_the_start(bus: str) -> None:
    with (
        FakeSession(bus, "org.gnome.ScreenSaver", active=True) as locker,
        watching(bus, ScreenSavers(), lambda: "GetActive" in locker.asked) as told,
    ):
        until(lambda: len(told.holding) == 1)


def test_no_other_program_can_unlock_what_a_locker_locked(bus: str) -> None:
    with (
        FakeSession(bus, "org.freedesktop.ScreenSaver") as locker,
        FakeSession(bus) as other,
        watching(bus, ScreenSavers(), lambda: "GetActive" in locker.asked) as told,
    ):
        locker.lock_screen(True)
        until(lambda: len(told.holding) == 1)
        other.lock_screen(False)
        until(lambda: len(told.rows) == 2)
        assert len(told.holding) == 1


def test_a_locker_that_dies_locks_nothing_any_more(bus: str) -> None:
    locker = FakeSession(bus, "org.freedesktop.ScreenSaver")
    with watching(bus, ScreenSavers(), lambda: "GetActive" in locker.asked) as told:
        locker.lock_screen(True)
        until(lambda: len(told.holding) == 1)
        locker.close()
        until(lambda: not told.holding)


def test_sleep_waits_until_listening_is_closed(bus: str) -> None:
    with (
        FakeSession(bus, LOGIN) as login,
        watching(bus, Seat({"XDG_SESSION_ID": "1"}), lambda: "Get" in login.asked) as told,
    ):
        assert login.sleep_is_held_up()
        login.prepare_for_sleep(True)
        until(lambda: not login.sleep_is_held_up())
        assert told.holding == {SLEEP}
        login.prepare_for_sleep(False)
        until(lambda: not told.holding)
        until(login.sleep_is_held_up)


@pytest.mark.parametrize("env", [{"XDG_SESSION_ID": "1"}, {}])
def test_the_session_is_locked_by_its_hint_or_by_being_asked_to(bus: str, env: dict[str, str]) -> None:
    with (
        FakeSession(bus, LOGIN) as login,
        watching(
            bus, Seat(env), lambda: login.asked[-1:] == ["Get"] and login.asked.count("Get") == 2 - len(env)
        ) as told,
    ):
        login.ask_to_lock()
        until(lambda: told.holding == {ASKED})
        login.hint(True)
        until(lambda: told.holding == {ASKED, LOCKED})
        login.hint(False)
        until(lambda: not told.holding)
        login.ask_to_lock()
        until(lambda: told.holding == {ASKED})
        login.ask_to_lock(False)
        until(lambda: not told.holding)


@pytest.mark.parametrize("source", [ScreenSavers(), Seat({})])
def test_a_bus_on_which_nobody_knows_is_harmless(bus: str, source: Source) -> None:
    with watching(bus, source, lambda: True) as told:
        pass
    assert told.rows == []


def test_without_a_bus_nothing_is_watched() -> None:
    told = Told()
    PresenceWatch("lock", "unix:path=/nonexistent/bus", ScreenSavers()).run(told, threading.Event())
    PresenceWatch("lock", "nonsense", ScreenSavers()).run(told, threading.Event())
    assert told.rows == []


def test_a_bus_that_goes_away_is_lost_and_what_held_goes_on_holding() -> None:
    told, lost = Told(), list[DeviceLost]()
    with VirtualDesktop(screen=False, sound=False) as desktop:
        address = desktop.env["DBUS_SESSION_BUS_ADDRESS"]
        locker = FakeSession(address, "org.gnome.ScreenSaver", active=True)
        watch = PresenceWatch("lock", address, ScreenSavers())

        def run() -> None:
            for _ in range(2):
                try:
                    watch.run(told, threading.Event())
                except DeviceLost as error:
                    lost.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        until(lambda: len(told.holding) == 1)
        locker.close()
        until(lambda: not told.holding)
        again = FakeSession(address, "org.gnome.ScreenSaver")
        again.lock_screen(True, "gnome")
        until(lambda: len(told.holding) == 1)
    thread.join(WITHIN_S)
    assert not thread.is_alive()
    assert len(lost) == 2
    assert len(told.holding) == 1
    again.close()
