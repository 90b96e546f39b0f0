"""When the ears report words, tone, a pause and the end of listening."""

import numpy as np

from model.stream.values import Channel, ChannelClosed, Event, Opened, Opening, Origin, Pause, Tone, Word
from perception.hearing import DOUBT_MS, LIKELY_END, LISTENED_BACK_BLOCKS, PAUSE_MS, QUIET_MS, SETTLED_MS, Hearing
from perception.tone import BLOCK_MS, BLOCK_SAMPLES
from tests.unit.perception.ear_fakes import ScriptedMeter, ScriptedRecogniser

BLOCK = np.zeros(BLOCK_SAMPLES, np.int16)
PIECE = np.zeros(BLOCK_SAMPLES // 4, np.int16)
BLOCK_NS = BLOCK_MS * 1_000_000


def hear(hearing: Hearing, blocks: int) -> list[Event]:
    """Open the ears and let them hear some blocks."""
    events = hearing.open(Opening.TOGGLE, 0)
    for n in range(1, blocks + 1):
        events += hearing.hear(BLOCK, n * BLOCK_NS)
    return events


def glance(hearing: Hearing, t_ns: int) -> list[Event]:
    hearing.listen_ahead(PIECE)
    return hearing.glance(t_ns)


def on_user(events: list[Event]) -> list[object]:
    return [event.data for event in events if event.channel is Channel.USER]


def test_words_come_while_the_person_is_still_talking() -> None:
    recogniser = ScriptedRecogniser([[], ["type"], ["hello"]], ["world"])
    events = hear(Hearing(recogniser, ScriptedMeter([True] * 4)), 7)
    words = {event.data.text: event.t_ns // BLOCK_NS for event in events if isinstance(event.data, Word)}
    assert words == {"type": 2, "hello": 3, "world": 5}


def test_a_pause_follows_two_silent_blocks_and_the_last_word() -> None:
    events = hear(Hearing(ScriptedRecogniser(at_end=["stop"]), ScriptedMeter([True] * 2)), 10)
    assert on_user(events) == [Opened(Opening.TOGGLE), Word("stop"), Pause()]
    assert [event.t_ns // BLOCK_NS for event in events if isinstance(event.data, Pause)] == [4]


def test_within_a_block_the_words_come_first_and_then_the_pause() -> None:
    meter = ScriptedMeter([True], [SETTLED_MS - 16, SETTLED_MS, SETTLED_MS + 16, PAUSE_MS])
    hearing = Hearing(ScriptedRecogniser(at_end=["stop"]), meter)
    hear(hearing, 1)
    told = [on_user(glance(hearing, BLOCK_NS + n)) for n in range(5)]
    assert told == [[], [Word("stop")], [], [Pause()], []]


def test_words_that_sound_unfinished_are_waited_for_longer() -> None:
    meter = ScriptedMeter([True], [PAUSE_MS, SETTLED_MS + DOUBT_MS - 1, SETTLED_MS + DOUBT_MS, PAUSE_MS + DOUBT_MS])
    hearing = Hearing(ScriptedRecogniser(at_end=["the"], end=LIKELY_END / 2), meter)
    hear(hearing, 1)
    told = [on_user(glance(hearing, BLOCK_NS + n)) for n in range(4)]
    assert told == [[], [], [Word("the")], [Pause()]]


def test_who_goes_on_before_the_pause_is_recognised_anew_and_paused_once() -> None:
    recogniser = ScriptedRecogniser(at_end=["stop"])
    hearing = Hearing(recogniser, ScriptedMeter([True, False, True], [SETTLED_MS]))
    hear(hearing, 1)
    assert on_user(glance(hearing, 1)) == [Word("stop")] and hearing.settled
    assert on_user(hearing.hear(BLOCK, 2) + hearing.hear(BLOCK, 3)) == [] and not hearing.settled
    assert recogniser.utterances == [1, 2]
    assert on_user(hearing.close(4)) == [Word("stop"), Pause(), ChannelClosed()]


def test_words_that_end_within_a_block_are_no_new_utterance_at_its_end() -> None:
    recogniser = ScriptedRecogniser(at_end=["stop"])
    hearing = Hearing(recogniser, ScriptedMeter([True, True], [SETTLED_MS, SETTLED_MS, PAUSE_MS]))
    hear(hearing, 1)
    assert on_user(glance(hearing, 1) + glance(hearing, 2)) == [Word("stop")]
    assert on_user(hearing.hear(BLOCK, 3)) == [] and hearing.settled
    assert on_user(glance(hearing, 4)) == [Pause()]
    assert recogniser.utterances == [1]


def test_the_recogniser_hears_each_sample_once() -> None:
    recogniser = ScriptedRecogniser(at_end=["stop"])
    hearing = Hearing(recogniser, ScriptedMeter([True, True, True], [0, SETTLED_MS]))
    hear(hearing, 1)
    glance(hearing, 1)
    glance(hearing, 2)
    hearing.hear(BLOCK, 3)
    hearing.hear(BLOCK, 4)
    pieces, rest = 2 * PIECE.size, BLOCK.size - 2 * PIECE.size
    assert recogniser.samples == [BLOCK.size + pieces, rest + BLOCK.size]


def test_before_anybody_talks_nobody_looks_at_pieces() -> None:
    hearing = Hearing(ScriptedRecogniser(at_end=["stop"]), ScriptedMeter([], [PAUSE_MS]))
    hear(hearing, 1)
    assert glance(hearing, 1) == []


def test_a_cough_is_no_pause() -> None:
    assert on_user(hear(Hearing(ScriptedRecogniser(), ScriptedMeter([True])), 10)) == [Opened(Opening.TOGGLE)]


def test_the_recogniser_hears_what_came_just_before_the_voice_and_no_other_silence() -> None:
    recogniser = ScriptedRecogniser()
    hear(Hearing(recogniser, ScriptedMeter([False] * 10 + [True] * 2)), 100)
    silent_until_settled = 1
    assert recogniser.utterances == [LISTENED_BACK_BLOCKS + 2 + silent_until_settled]


def test_long_silence_is_reported_no_more() -> None:
    events = hear(Hearing(ScriptedRecogniser(), ScriptedMeter([])), 100)
    assert sum(isinstance(event.data, Tone) for event in events) == QUIET_MS // BLOCK_MS


def test_closing_reports_the_rest_and_says_so_once() -> None:
    hearing = Hearing(ScriptedRecogniser(at_end=["enter"]), ScriptedMeter([True] * 3))
    hear(hearing, 3)
    assert on_user(hearing.close(9)) == [Word("enter"), Pause(), ChannelClosed()]
    assert hearing.close(10) == []


def test_closed_ears_hear_nothing() -> None:
    hearing = Hearing(ScriptedRecogniser([["secret"]]), ScriptedMeter([True]))
    assert hearing.hear(BLOCK, 1) == []


def test_only_the_words_carry_the_users_authority() -> None:
    events = hear(Hearing(ScriptedRecogniser([["hello"]]), ScriptedMeter([True])), 1)
    origins = {type(event.data): event.origin for event in events}
    assert origins == {Opened: Origin.USER, Tone: Origin.WORLD, Word: Origin.USER}


def test_partial_words_are_shown_only_during_an_utterance() -> None:
    hearing = Hearing(ScriptedRecogniser(), ScriptedMeter([True]))
    hearing.open(Opening.TOGGLE, 0)
    assert hearing.partial() == ""
    hearing.hear(BLOCK, 1)
    assert hearing.partial() == "maybe"


def test_one_voiced_block_while_we_speak_is_an_echo_and_two_are_a_user() -> None:
    block = np.ones(BLOCK_SAMPLES, np.int16)

    def heard(voiced: int, cleaned: np.ndarray) -> list[object]:
        hearing = Hearing(ScriptedRecogniser(at_end=["stop"]), ScriptedMeter([True] * voiced))
        hearing.open(Opening.TOGGLE, 0)
        events = [event for n in range(voiced + 4) for event in hearing.hear(block, n, cleaned)]
        return [event.data.text for event in events if isinstance(event.data, Word)]

    suppressed = np.zeros_like(block)
    assert heard(1, suppressed) == []
    assert heard(2, suppressed) == ["stop"]
    assert heard(1, block) == ["stop"]
