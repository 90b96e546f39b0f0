"""Days and times as people say them."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.moments import read_moment, read_period, spoken_moment

NOW = datetime(2026, 11, 24, 10, 40)  # a Tuesday


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("seven", "11-24 19:00"),
        ("seven am", "11-25 07:00"),
        ("6 a.m.", "11-25 06:00"),
        ("eleven o'clock", "11-24 11:00"),
        ("six thirty", "11-24 18:30"),
        ("seven oh five", "11-24 19:05"),
        ("half past six", "11-24 18:30"),
        ("a quarter to nine", "11-24 20:45"),
        ("twenty five minutes to seven", "11-24 18:35"),
        ("noon", "11-24 12:00"),
        ("midnight", "11-25 00:00"),
        ("19:00", "11-24 19:00"),
        ("7:30 pm", "11-24 19:30"),
        ("five in the afternoon", "11-24 17:00"),
        ("in the morning", "11-25 09:00"),
        ("tonight at eight", "11-24 20:00"),
        ("this evening", "11-24 19:00"),
        ("tomorrow at eight", "11-25 08:00"),
        ("tomorrow at five", "11-25 17:00"),
        ("five pm tomorrow", "11-25 17:00"),
        ("tomorrow afternoon at four thirty", "11-25 16:30"),
        ("monday morning at nine", "11-30 09:00"),
        ("at three on monday", "11-30 15:00"),
        ("december fifth at noon", "12-05 12:00"),
        ("two thirty on december third", "12-03 14:30"),
        ("the day after tomorrow at six in the evening", "11-26 18:00"),
        ("in an hour", "11-24 11:40"),
        ("in half an hour", "11-24 11:10"),
        ("a couple of hours", "11-24 12:40"),
        ("in two days at five", "11-26 17:00"),
    ],
)
def test_reads_a_time_of_day(said: str, at: str) -> None:
    moment = read_moment(said, NOW)
    assert moment is not None
    assert moment.has_time
    assert f"{moment.at:%m-%d %H:%M}" == at


@pytest.mark.parametrize(
    ("said", "day"),
    [("next friday", "11-27"), ("on the fifth", "12-05"), ("december 5", "12-05"), ("in two days", "11-26")],
)
def test_reads_a_day_without_a_time(said: str, day: str) -> None:
    moment = read_moment(said, NOW)
    assert moment is not None
    assert (f"{moment.at:%m-%d}", moment.has_time) == (day, False)


def test_who_wants_to_be_woken_at_five_means_the_morning() -> None:
    moment = read_moment("tomorrow at five", NOW, early=True)
    assert moment is not None
    assert spoken_moment(moment.at, NOW) == "tomorrow at 5 AM"


@pytest.mark.parametrize("said", ["", "when I get home", "every day at seven", "now", "at seven on narnia"])
def test_what_is_no_moment_is_not_guessed(said: str) -> None:
    assert read_moment(said, NOW) is None


@given(st.text(max_size=40))
def test_no_text_does_harm(said: str) -> None:
    read_moment(said, NOW)
    read_period(said, NOW)


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_can_be_said_and_is_in_the_next_day(hour: int, minute: int) -> None:
    half = "am" if hour < 12 else "pm"
    moment = read_moment(f"{hour % 12 or 12}:{minute:02} {half}", NOW)
    assert moment is not None
    assert (moment.at.hour, moment.at.minute) == (hour, minute)
    assert 0 < (moment.at - NOW).total_seconds() <= 86_400


@pytest.mark.parametrize(
    ("said", "start", "end", "title"),
    [
        ("today", "11-24 00:00", "11-25 00:00", "today"),
        ("for tomorrow", "11-25 00:00", "11-26 00:00", "tomorrow"),
        ("this week", "11-24 10:40", "11-30 00:00", "this week"),
        ("next week", "11-30 00:00", "12-07 00:00", "next week"),
        ("the weekend", "11-28 00:00", "11-30 00:00", "this weekend"),
        ("on monday", "11-30 00:00", "12-01 00:00", "on Monday"),
        ("tomorrow morning", "11-25 00:00", "11-26 00:00", "tomorrow"),
        ("at three", "11-24 15:00", "11-24 15:01", "today at 3 PM"),
    ],
)
def test_reads_a_period(said: str, start: str, end: str, title: str) -> None:
    period = read_period(said, NOW)
    assert period is not None
    assert (f"{period.start:%m-%d %H:%M}", f"{period.end:%m-%d %H:%M}", period.title) == (start, end, title)
