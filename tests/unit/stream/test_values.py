"""The shared values: frozen, and each channel on one side."""

from __future__ import annotations

from dataclasses import is_dataclass
from inspect import getmembers, isclass

from model.stream import values
from model.stream.values import INPUTS, OUTPUTS, Action, Channel, Place


def test_every_shared_value_is_frozen():
    shared = [cls for _, cls in getmembers(values, isclass) if is_dataclass(cls)]
    assert shared
    assert all(cls.__dataclass_params__.frozen for cls in shared)  # pyright: ignore[reportAttributeAccessIssue]


def test_a_channel_is_either_seen_or_produced():
    assert sorted(INPUTS + OUTPUTS) == sorted(Channel)


def test_the_centre_of_a_place_lies_within_it():
    assert Place(100, 200, 11, 40).centre == (105, 220)


def test_what_a_language_model_wrote_is_told_by_its_number() -> None:
    assert Action(-1, "click", {}, 0, 1).is_written
    assert not Action(1, "click", {}, 0, 1).is_written
