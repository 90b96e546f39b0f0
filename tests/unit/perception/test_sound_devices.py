"""Which device a name in the settings means."""

import os

import pytest

from model.stream.errors import DeviceLost
from perception.sound_devices import DEFAULT, PULSE_SOURCE, Device, chosen, find_microphone, pick

HEADSET = Device("Jabra Evolve", "bluez_input.50_C2", 3)
WEBCAM = Device("Webcam C920", "alsa_input.usb-c920", 3)
WEBCAM_STEREO = Device("Webcam C920 stereo", index=1)
THERE = (HEADSET, WEBCAM, WEBCAM_STEREO)


@pytest.mark.parametrize(
    ("setting", "device"),
    [("jabra", HEADSET), ("bluez", HEADSET), ("Webcam C920", WEBCAM), ("STEREO", WEBCAM_STEREO), ("usb", WEBCAM)],
)
def test_part_of_a_name_is_enough_and_a_whole_one_goes_first(setting: str, device: Device) -> None:
    assert pick(setting, THERE) == device


def test_several_of_a_name_are_named() -> None:
    with pytest.raises(DeviceLost, match=r"“webcam” may be any of these: Webcam C920, Webcam C920 stereo\."):
        pick("webcam", THERE)


def test_where_there_is_none_the_others_are_named() -> None:
    with pytest.raises(DeviceLost, match=r"no microphone called “rode”. There are: Jabra Evolve, Webcam"):
        pick("rode", THERE)
    with pytest.raises(DeviceLost, match="There is none at all"):
        pick("rode", ())


def test_nothing_set_is_the_systems_own_choice() -> None:
    assert find_microphone("") == DEFAULT


@pytest.mark.parametrize("before", [None, "other"])
def test_the_sound_server_is_told_which_only_while_it_opens(
    before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PULSE_SOURCE, raising=False)
    if before is not None:
        monkeypatch.setenv(PULSE_SOURCE, before)
    with chosen(HEADSET) as index:
        assert (index, os.environ[PULSE_SOURCE]) == (3, "bluez_input.50_C2")
    with chosen(WEBCAM_STEREO) as index:
        assert (index, os.environ.get(PULSE_SOURCE)) == (1, before)
    assert os.environ.get(PULSE_SOURCE) == before
