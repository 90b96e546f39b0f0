"""Events become at most one token or item per channel and tick."""

from pathlib import Path

import pytest

import resources
from model.reflex.encoder import MAX_COMING, Encoder
from model.reflex.vocabulary import CUT, OPENED, PAUSE, Pieces, dt_code, tone_code
from model.stream.errors import ModelFailed
from model.stream.sources import Sources
from model.stream.values import (
    Channel,
    Event,
    Line,
    Opened,
    Opening,
    Origin,
    Pause,
    Place,
    Played,
    Seen,
    Silenced,
    Tick,
    Tone,
    Word,
)

NUMBERS = ("one", "two", "three", "four", "five")


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces(resources.ROOT / "reflex" / "tokenizer.json")


def said(*words: str) -> list[Event]:
    return [Event(0, Channel.USER, Word(word), Origin.USER) for word in words]


def run(encoder: Encoder, events: list[Event]) -> list[Seen]:
    seen = [encoder.encode(events, Tick(0, 0, 0.0))]
    while encoder.backlog:
        seen.append(encoder.encode([], Tick(len(seen), 0, 0.0)))
    return seen


def test_a_long_word_takes_several_ticks_but_stays_one_word(pieces: Pieces) -> None:
    seen = run(Encoder(Sources(), pieces), said("type", "xylophonists"))
    assert len(seen) > 2
    assert [s.word for s in seen] == [0] + [1] * (len(seen) - 1)


def test_what_comes_on_the_users_channel_is_known_up_to_a_mark_and_no_further(pieces: Pieces) -> None:
    pause = Event(0, Channel.USER, Pause(), Origin.USER)
    seen = run(Encoder(Sources(), pieces), [*said("click", "submit"), pause, *said(*NUMBERS)])
    stood = [s.user.id for s in seen if s.user]
    assert [s.coming for s in seen[:3]] == [(stood[1],), (), tuple(stood[3 : 3 + MAX_COMING])]
    assert seen[-1].coming == ()


def test_channels_do_not_wait_for_each_other(pieces: Pieces) -> None:
    sources = Sources()
    events = said("click", "submit")
    events += [Event(0, Channel.SCREEN, Line(n, f"line {n}", Place(0, n, 9, 9)), Origin.WORLD) for n in range(3)]
    seen = run(Encoder(sources, pieces), events)
    assert [s.user.text if s.user else None for s in seen] == ["click", "submit", None]
    assert [s.items[Channel.SCREEN].text for s in seen] == ["line 0", "line 1", "line 2"]
    assert len(seen[0].field) == 3


def test_the_world_waits_while_a_mark_is_read(pieces: Pieces) -> None:
    events = [
        Event(0, Channel.USER, Pause(), Origin.USER),
        Event(0, Channel.SCREEN, Line(1, "new line", Place(0, 0, 9, 9)), Origin.WORLD),
    ]
    seen = run(Encoder(Sources(), pieces), events)
    assert [(s.user.id if s.user else 0, bool(s.items)) for s in seen] == [(PAUSE, False), (0, True)]


def test_marks_stand_on_their_channels(pieces: Pieces) -> None:
    events = [
        Event(0, Channel.USER, Opened(Opening.HOLD), Origin.USER),
        Event(0, Channel.USER, Pause(), Origin.USER),
        Event(0, Channel.SELF, Played("hi"), Origin.SELF),
        Event(0, Channel.SELF, Silenced(cut=True, unsaid="there"), Origin.SELF),
    ]
    seen = run(Encoder(Sources(), pieces), events)
    assert [s.user.id for s in seen if s.user] == [OPENED, PAUSE]
    assert [s.self_.id for s in seen if s.self_][-1] == CUT


def test_a_flood_of_words_is_bounded(pieces: Pieces) -> None:
    assert len(run(Encoder(Sources(), pieces), said(*["word"] * 10_000))) == 2048


def test_tone_codes_tell_silence_loudness_and_slope() -> None:
    quiet, loud = Tone(0.9, -45, 0, 0), Tone(0.9, -10, 0, 0)
    rising, falling = Tone(0.9, -30, 140, 0), Tone(0.9, -30, 90, 0)
    codes = {tone_code(tone, 115.0) for tone in (quiet, loud, rising, falling)}
    silences = [tone_code(Tone(0.0, -60, 0, ms), 0) for ms in (80, 200, 500, 900, 5000)]
    assert len(codes) == 4
    assert silences == sorted(set(silences))
    assert not codes & set(silences)


def test_time_steps_have_a_code_each() -> None:
    assert [dt_code(ms) for ms in (0, 20, 90, 150, 300, 600, 1000, 9999)] == list(range(8))


def test_a_missing_tokenizer_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelFailed, match="cannot be read"):
        Pieces(tmp_path / "tokenizer.json")


SECOND_NS = 1_000_000_000


def shown(text: str, at_s: int, width_px: int = 60) -> Event:
    return Event(at_s * SECOND_NS, Channel.SCREEN, Line(1, text, Place(900, 10, width_px, 16)), Origin.WORLD)


def news(encoder: Encoder, event: Event) -> bool:
    return Channel.SCREEN in encoder.encode([event], Tick(0, event.t_ns, 0.0)).items


def test_a_clock_is_no_news_after_a_while_but_stands_in_the_field(pieces: Pieces) -> None:
    encoder = Encoder(Sources(), pieces)
    told = [news(encoder, shown(f"12:00:{second:02}", second, 50 + second)) for second in range(20)]
    assert told[:3] == [True] * 3
    assert not any(told[5:])
    assert "12:00:19" in [item.text for item in encoder.encode([], Tick(0, 0, 0.0)).field]


def test_what_is_new_is_news_where_a_clock_stands_and_so_is_the_clock_after_a_long_rest(pieces: Pieces) -> None:
    encoder = Encoder(Sources(), pieces)
    for second in range(10):
        news(encoder, shown(f"{second} %", second))
    assert news(encoder, shown("Download failed", 10))
    assert not news(encoder, shown("11 %", 11))
    assert news(encoder, shown("12 %", 300))
