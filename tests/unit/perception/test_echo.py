"""The echo of a synthetic voice in a synthetic room, in simulated time: what is left of it, and of a user beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.acoustics import BLOCK_NS, Room, Sound, blocks, loudness_db, sounding, to_block
from model.stream.values import Sounding
from perception.echo import LOOK_EVERY_PARTS, OURS, PATIENCE_BLOCKS, Cleaned, EchoCanceller, Pace
from perception.echo_filter import PART_SAMPLES
from perception.hearing import LISTENED_BACK_BLOCKS
from perception.likeness import ENOUGH_LOOKS, Correlation, Latest, likeness
from perception.reference import Reference, to_sample
from perception.tone import BLOCK_SAMPLES, SAMPLE_RATE_HZ

S = SAMPLE_RATE_HZ
BLOCKS_PER_S = S / BLOCK_SAMPLES
MS = 1_000_000
FIRST_LOOKS = (ENOUGH_LOOKS + 1) * LOOK_EVERY_PARTS * PART_SAMPLES


def babble(seconds: float, seed: int, pitch_hz: float = 120.0) -> Sound:
    """Sound like speech: a harmonic tone that wanders, in syllables, with hiss between its partials."""
    random = np.random.default_rng(seed)
    times_s = np.arange(int(seconds * S)) / S
    knots_s = np.arange(0, seconds + 0.2, 0.1)
    pitch = pitch_hz * np.interp(times_s, knots_s, random.uniform(0.8, 1.2, len(knots_s)))
    level = np.interp(times_s, knots_s, random.uniform(0, 1, len(knots_s)))
    phase = 2 * np.pi * np.cumsum(pitch) / S
    partials = np.sum([np.sin(n * phase) / n**0.7 for n in range(1, 25)], axis=0)
    return 3_000 * level * (partials + 0.3 * random.standard_normal(len(times_s)))


def cleaned(voice: Sound, user: Sound, room: Room) -> tuple[Sound, list[Cleaned]]:
    """What arrived at the microphone, and what the canceller made of it."""
    canceller = EchoCanceller()
    arrived: list[Sound] = []
    results: list[Cleaned] = []
    for n, (played, near) in enumerate(zip(blocks(voice), blocks(user), strict=True)):
        canceller.played(sounding(played, n * BLOCK_NS))
        arrived.append(to_block(room.echo(played) + near).astype(float))
        results.append(canceller.clean(to_block(arrived[-1]), (n + 1) * BLOCK_NS))
    return np.concatenate(arrived), results


def words_of(results: Sequence[Cleaned]) -> Sound:
    return np.concatenate([result.words for result in results]).astype(float)


def tone_of(results: Sequence[Cleaned]) -> Sound:
    return np.concatenate([result.tone for result in results]).astype(float)


@pytest.mark.parametrize(
    "room",
    [Room(overdrive=0), Room(), Room(gain_db=-12), Room(delay_ms=50), Room(delay_ms=150, reverberation_s=0.15)],
    ids=["straight", "overdriven", "faint", "near", "far"],
)
def test_an_echo_is_suppressed_from_the_first_second_on(room: Room) -> None:
    voice = babble(8, seed=1)
    heard, results = cleaned(voice, np.zeros_like(voice), room)
    tone, words = tone_of(results), words_of(results)
    assert loudness_db(heard[:S]) - loudness_db(tone[:S]) > 15
    assert loudness_db(heard[S:]) - loudness_db(tone[S:]) > 30
    assert loudness_db(heard[4 * S :]) - loudness_db(words[4 * S :]) > 12


def share_like(left: Sound, far: Sound) -> float:
    """In how many blocks one sound is surely an echo of the other."""
    correlation, latest, looks = Correlation(), Latest(), list[float]()
    for played, heard in zip(blocks(far), blocks(left), strict=True):
        correlation.play(to_block(played))
        at_delays = correlation.at_delays(latest.add(to_block(heard)))
        looks.append(0.0 if at_delays is None else likeness(at_delays))
    return float(np.mean(np.array(looks) > OURS))


def test_an_echo_at_any_delay_is_like_what_was_played_and_a_user_is_not() -> None:
    """What passes the suppressor when a gap in the sound has moved the echo, and what passes when a user speaks."""
    voice, user = babble(6, seed=1), babble(6, seed=2, pitch_hz=210)
    for delay_ms in (50, 300, 550):
        room = Room(delay_ms=delay_ms)
        echo = np.concatenate([room.echo(played) for played in blocks(voice)])
        assert share_like(echo, voice) > 0.8
    assert share_like(user, voice) < 0.3  # two hums are more alike than two people


def test_a_user_who_talks_over_the_voice_is_kept() -> None:
    voice, user = babble(10, seed=1), babble(10, seed=2, pitch_hz=210)
    user[: 6 * S] = 0
    _, results = cleaned(voice, user, Room())
    words = words_of(results)[6 * S + PART_SAMPLES :]  # they come so much later
    user = user[6 * S : 6 * S + len(words)]
    assert loudness_db(words - user) < loudness_db(user) - 8  # so far below the user is all that was added or lost
    assert loudness_db(tone_of(results)[6 * S :]) > loudness_db(user) - 25  # and somebody is seen to talk


def test_a_user_whose_microphone_does_not_hear_the_voice_is_not_touched() -> None:
    """As with a headset: suppressing an echo that is not there would suppress the user."""
    voice, user = babble(6, seed=1), babble(6, seed=2, pitch_hz=210)
    canceller = EchoCanceller()
    untouched: list[bool] = []
    for n, (played, near) in enumerate(zip(blocks(voice), blocks(user), strict=True)):
        canceller.played(sounding(played, n * BLOCK_NS))
        heard = to_block(near)
        untouched.append(np.array_equal(canceller.clean(heard, (n + 1) * BLOCK_NS).tone, heard))
    assert np.mean(untouched[5:]) > 0.9


def opened(seconds: float, voice: Sound, user: Sound, room: Room | None) -> tuple[Sound, list[Cleaned]]:
    """The same as `cleaned`, where the microphone opens for the first time after so long, into a room or a headset."""
    canceller, arrived, results = EchoCanceller(), list[Sound](), list[Cleaned]()
    canceller.reset()
    for n, (played, near) in enumerate(zip(blocks(voice), blocks(user), strict=True)):
        if played.any():
            canceller.played(sounding(played, n * BLOCK_NS))
        echo = np.zeros_like(played) if room is None else room.echo(played)
        if n >= seconds * BLOCKS_PER_S:
            arrived.append(to_block(echo + near).astype(float))
            results.append(canceller.clean(to_block(arrived[-1]), (n + 1) * BLOCK_NS))
    return np.concatenate(arrived), results


@pytest.mark.parametrize("after_s", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_the_first_words_of_a_user_who_speaks_soon_after_us_are_not_lost(after_s: float) -> None:
    """Hold the key once the answer was heard, and ask the next thing: nothing of it may be taken for our echo."""
    voice = babble(4, seed=1)
    voice[2 * S :] = 0
    user = 1_000 * np.random.default_rng(2).standard_normal(4 * S)
    user[: int((2 + after_s) * S)] = 0
    heard, results = opened(2 + after_s, voice, user, None)
    assert np.array_equal(words_of(results), heard)
    # While an echo may still come it takes a fifth of a second to tell; the recogniser listens back for longer.
    first = 0 if after_s > 0.8 else FIRST_LOOKS
    assert first < LISTENED_BACK_BLOCKS * BLOCK_SAMPLES
    assert np.array_equal(tone_of(results)[first:], heard[first:])


@pytest.mark.parametrize("while_s", [1.0, 1.9, 2.1])
def test_a_microphone_that_opens_while_an_echo_arrives_hears_nobody(while_s: float) -> None:
    """Its first sound is an echo of what was played before it was open."""
    voice = babble(3, seed=1)
    voice[2 * S :] = 0
    heard, results = opened(while_s, voice, np.zeros_like(voice), Room(delay_ms=150))
    assert loudness_db(heard[: S // 10]) - loudness_db(tone_of(results)[: S // 10]) > 15


def n_loud(results: Sequence[Cleaned], voice: Sound) -> int:
    """How many tenths of a second are nearly as loud as the voice, from the fourth second on."""
    tenths = tone_of(results)[4 * S :]
    tenths = tenths[: len(tenths) // 1600 * 1600].reshape(-1, 1600)
    return sum(loudness_db(tenth) > loudness_db(voice) - 12 for tenth in tenths)


def test_an_echo_that_begins_later_is_caught_within_a_tenth_of_a_second() -> None:
    """The headset is unplugged: what was proven before counts no longer."""
    voice = babble(9, seed=1)
    assert n_loud(moved(voice, [(0, 0.0, 0), (4, 1.0, 80)]), voice) <= 1


def test_an_echo_that_moves_is_caught_and_learned_again() -> None:
    """Each time the sound system runs dry, the echo comes later from then on."""
    voice = babble(12, seed=1)
    results = moved(voice, [(0, 1.0, 80), (5, 1.0, 95), (8, 1.0, 70)])
    assert n_loud(results, voice) <= 2
    assert loudness_db(words_of(results)[11 * S :]) < loudness_db(voice) - 12


def moved(voice: Sound, from_s: Sequence[tuple[int, float, int]]) -> list[Cleaned]:
    """An echo that from these seconds on has another strength and delay in ms."""
    echo = np.zeros_like(voice)
    for start_s, gain, delay_ms in from_s:
        room = Room(delay_ms=delay_ms)
        sound = np.concatenate([room.echo(played) for played in blocks(voice)])[: len(voice)]
        echo[start_s * S :] = gain * sound[start_s * S :]
    canceller, results = EchoCanceller(), list[Cleaned]()
    for n, (played, heard) in enumerate(zip(blocks(voice), blocks(echo), strict=True)):
        canceller.played(sounding(played, n * BLOCK_NS))
        results.append(canceller.clean(to_block(heard), (n + 1) * BLOCK_NS))
    return results


def test_while_nothing_is_played_blocks_pass_untouched() -> None:
    block = to_block(babble(0.08, seed=1))
    cleaned = EchoCanceller().clean(block, BLOCK_NS)
    assert cleaned.words is block and cleaned.tone is block


def test_a_second_after_the_last_sound_blocks_pass_untouched_again() -> None:
    canceller = EchoCanceller()
    canceller.played(sounding(np.full(BLOCK_SAMPLES, 1000.0), 0))
    block = to_block(babble(0.08, seed=1))
    passed = [canceller.clean(block, (n + 1) * BLOCK_NS).words is block for n in range(20)]
    assert passed.index(True) == pytest.approx(BLOCKS_PER_S, abs=2)
    assert all(passed[passed.index(True) :])


def test_while_nobody_listens_the_oldest_is_dropped_and_counted() -> None:
    canceller = EchoCanceller()
    for n in range(200):
        canceller.played(Sounding(n * 20 * MS, bytes(640), S))
    assert canceller.statistics().length == canceller.statistics().size == 128
    assert canceller.statistics().dropped == 72


@pytest.mark.parametrize("rate_hz", [22_050, 24_000, 44_100, 16_000, 8_000])
def test_the_reference_is_resampled_and_lies_where_it_sounds(rate_hz: int) -> None:
    reference, start_ns = Reference(), 500 * MS
    times_s = np.arange(20 * rate_hz // 50) / rate_hz
    sound = (8_000 * np.sin(2 * np.pi * 440 * times_s)).astype(np.int16).reshape(20, -1)
    for n, block in enumerate(sound):
        reference.place(Sounding(start_ns + n * 20 * MS, block.tobytes(), rate_hz))
    taken = np.concatenate([reference.take(to_sample(n * BLOCK_NS), BLOCK_SAMPLES) for n in range(15)]).astype(float)
    expected = 8_000 * np.sin(2 * np.pi * 440 * (np.arange(len(taken)) / S - 0.5))
    assert not taken[: to_sample(start_ns) - 100].any() and not taken[to_sample(910 * MS) :].any()
    inside = slice(to_sample(510 * MS), to_sample(890 * MS))
    assert loudness_db(taken[inside] - expected[inside]) < loudness_db(expected[inside]) - 40


def test_two_sounds_apart_leave_silence_between_them() -> None:
    reference = Reference()
    for start_ms in (0, 100):
        reference.place(sounding(np.full(160, 5_000.0), start_ms * MS))
    taken = reference.take(0, 2_000)
    assert taken[80] > 4_000 and taken[1_680] > 4_000 and not taken[400:1_400].any()


def ends_ms(late_ms: Sequence[int]) -> list[float]:
    """How far the times told for blocks are off their even clock, for blocks that arrive so late."""
    pace = Pace()
    arrived_ns = [n * BLOCK_NS + late * MS for n, late in enumerate(late_ms)]
    return [(pace.end_ns(BLOCK_SAMPLES, at_ns) - n * BLOCK_NS) / MS for n, at_ns in enumerate(arrived_ns)]


def test_blocks_that_arrive_unevenly_are_even_in_time() -> None:
    assert set(ends_ms([5, 0, 15, 3, 60, 0, 7])) == {5}


def test_a_first_block_that_was_late_is_corrected() -> None:
    assert ends_ms([70, 0, 10, 0]) == [70, 0, 0, 0]


def test_lost_sound_moves_the_time_once_it_is_certain() -> None:
    ends = ends_ms([0] * PATIENCE_BLOCKS + [160] * (PATIENCE_BLOCKS + 2))
    assert ends[PATIENCE_BLOCKS] == 0 and ends[-1] == 160


def test_a_long_beat_between_the_periods_of_two_clocks_moves_nothing() -> None:
    assert set(ends_ms([0, *([50, 70, 90] * PATIENCE_BLOCKS), 0])) == {0}
