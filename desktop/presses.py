"""Whether a button was pressed by a person: on a device, and not by a program through XTEST.

Source: the X Input Device Extension 2.0, raw events; a device of the server's own stands for all that XTEST makes.
"""

from __future__ import annotations

from typing import Any

from Xlib import error
from Xlib.display import Display
from Xlib.ext import ge, xinput
from Xlib.protocol import rq

_RAW_EVENT = rq.Struct(
    rq.Card16("deviceid"), rq.Card32("time"), rq.Card32("detail"), rq.Card16("sourceid"),
    rq.Card16("valuators_len"), rq.Card32("flags"), rq.Card32("pad"),
)  # fmt: skip
LEFT = 1
_GONE = (error.ConnectionClosedError, error.DisplayError, error.XError, OSError)


def _programs(display: Any) -> frozenset[int]:
    """The devices that stand for programs."""
    devices = display.xinput_query_device(xinput.AllDevices).devices
    return frozenset(each.deviceid for each in devices if "XTEST" in each.name)


class Presses:
    """Watches the buttons of all devices while something waits for a person. For one thread."""

    def __init__(self, display: str | None = None) -> None:
        self._name = display
        self._display: Any = None
        self._programs: frozenset[int] = frozenset()

    def watch(self, on: bool) -> None:
        """Idempotent."""
        if on == (self._display is not None):
            return
        if on:
            self._open()
        else:
            self._close()

    def last_by_person(self) -> bool:
        """Whether the last press since `watch` was on a device. False where that cannot be told."""
        if self._display is None:
            return False
        by_person = False
        try:
            self._programs = _programs(self._display)  # and what a click told its window before is now here, too
            while self._display.pending_events():
                event = self._display.next_event()
                if event.type != ge.GenericEventCode or event.evtype != xinput.RawButtonPress:
                    continue
                if event.data.detail == LEFT:
                    by_person = event.data.sourceid not in self._programs
        except _GONE:
            self._close()
            return False
        return by_person

    def _open(self) -> None:
        try:
            display: Any = Display(self._name)
        except _GONE:
            return
        try:
            opcode = display.query_extension("XInputExtension").major_opcode
            display.xinput_query_version()
            display.ge_add_event_data(opcode, xinput.RawButtonPress, _RAW_EVENT)
            display.screen().root.xinput_select_events([(xinput.AllMasterDevices, xinput.RawButtonPressMask)])
            display.sync()
        except (AttributeError, *_GONE):  # a server without the extension
            display.close()
            return
        self._display = display

    def _close(self) -> None:
        if self._display is not None:
            try:
                self._display.close()
            except _GONE:
                pass
            self._display = None
