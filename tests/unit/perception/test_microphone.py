"""When the microphone is open and when it is not. Time and sound are given, nothing sleeps."""

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from queue import Queue

import numpy as np
import pytest

from model.stream.errors import DeviceLost
from model.stream.values import ChannelClosed, Data, Opened, Opening, Pause, Tone, Word
from perception import microphone as module
from perception.hearing import Hearing
from perception.level import MUTED, SILENT_FOR_MS
from perception.microphone import EXPECT_AFTER_MS, NOT_BEGUN, TAIL_MS, Microphone
from perception.sound_stream import Put, Running
from perception.tone import BLOCK_MS, BLOCK_SAMPLES, SILENT_DBFS, Block
from tests.unit.perception.ear_fakes import ScriptedMeter, ScriptedRecogniser

BLOCK = np.zeros(BLOCK_SAMPLES, np.int16)
WITHIN_S = 10.0


class _Telling(threading.Event):
    """A stop signal that tells when it is first asked for, which is when `run` has come to its loop."""

    def __init__(self, stop: threading.Event, asked: threading.Event) -> None:
        super().__init__()
        self._stop = stop
        self._asked = asked

    def is_set(self) -> bool:
        self._asked.set()
        return self._stop.is_set()


class Rig:
    """A microphone on a thread of its own, whose sound and time the test gives."""

    def __init__(self, fault: DeviceLost | None = None, at_end: Sequence[str] = ()) -> None:
        self.now_ms = 0
        self.delay_ms = 0.0
        self.gone = False
        self.fault = fault
        self.kept: list[Block] = []
        self.then: Callable[[], None] = lambda: None
        self.raised: list[DeviceLost] = []
        self.told: list[str] = []
        self.stop = threading.Event()
        self._streaming = threading.Event()
        self._telling = threading.Event()
        self._put: Put | None = None
        self._posted: Queue[Data] = Queue()
        self.recogniser = ScriptedRecogniser([["hello"]], at_end)
        self.on_screen = ["click Submit"]
        self.microphone = Microphone(
            Hearing(self.recogniser, ScriptedMeter([True] * 3)),
            audio_sink=self._keep,
            open_stream=self._stream,
            now_ns=lambda: self.now_ms * 1_000_000,
            expected=lambda: tuple(self.on_screen),
            tell=self._tell,
        )
        self._started = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        # `run` forgets what was asked before it began, so a key must not be pressed earlier.
        assert self._started.wait(WITHIN_S)

    def next(self) -> Data:
        return self._posted.get(timeout=WITHIN_S)

    def until_closed(self) -> list[Data]:
        """What is posted up to the closing of the channel, without the tone."""
        posted: list[Data] = []
        while not posted or not isinstance(posted[-1], ChannelClosed):
            data = self.next()
            if not isinstance(data, Tone):
                posted.append(data)
        return posted

    def sound(self, piece: Block = BLOCK) -> None:
        assert self._put is not None
        self._put(piece)

    def speak(self, blocks: int) -> None:
        """Say something, and wait until it was heard."""
        for _ in range(blocks):
            self.sound()
            while not isinstance(self.next(), Tone):
                pass

    def wait_until_told(self) -> None:
        assert self._telling.wait(WITHIN_S)

    @property
    def streaming(self) -> bool:
        return self._streaming.is_set()

    def _keep(self, block: Block) -> None:
        self.kept.append(block)
        self.then()

    def end(self) -> None:
        self.stop.set()
        self.thread.join(WITHIN_S)
        assert not self.thread.is_alive()

    def _tell(self, sentence: str) -> None:
        self.told.append(sentence)
        self._telling.set()

    def _run(self) -> None:
        try:
            self.microphone.run(lambda event: self._posted.put(event.data), _Telling(self.stop, self._started))
        except DeviceLost as error:
            self.raised.append(error)

    @contextmanager
    def _stream(self, put: Put) -> Generator[Running]:
        if self.fault is not None:
            raise self.fault
        self._put = put
        self._streaming.set()
        try:
            yield Running(lambda: self.delay_ms, lambda: self.gone)
        finally:
            self._streaming.clear()


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.end()


def test_there_is_no_stream_until_the_user_opens_it(rig: Rig) -> None:
    assert not rig.streaming
    rig.microphone.open(Opening.HOLD)
    assert rig.next() == Opened(Opening.HOLD)
    assert rig.streaming and rig.microphone.is_open


def test_the_last_syllables_after_letting_go_are_heard(rig: Rig) -> None:
    rig.microphone.open(Opening.HOLD)
    assert rig.next() == Opened(Opening.HOLD)
    rig.microphone.close()
    assert not rig.microphone.is_open
    rig.speak(2)
    rig.now_ms += TAIL_MS
    rig.speak(1)
    assert rig.until_closed() == [Pause(), ChannelClosed()]
    assert not rig.streaming and len(rig.kept) == 3


def test_who_falls_further_and_further_behind_stops_listening_all_the_same(rig: Rig) -> None:
    rig.microphone.open(Opening.HOLD)
    assert rig.next() == Opened(Opening.HOLD)

    def meanwhile() -> None:
        rig.now_ms += BLOCK_MS
        rig.sound()

    rig.then = meanwhile
    rig.microphone.close()
    rig.sound()
    assert rig.until_closed()[-1] == ChannelClosed()


def test_the_tail_is_over_once_all_is_said(rig: Rig) -> None:
    rig.microphone.open(Opening.HOLD)
    assert rig.next() == Opened(Opening.HOLD)
    rig.speak(3)
    rig.microphone.close()
    rig.speak(1)  # silent, and no time passes
    assert rig.until_closed() == [Pause(), ChannelClosed()]


def test_pieces_of_sound_are_heard_as_whole_blocks(rig: Rig) -> None:
    rig.microphone.open(Opening.HOLD)
    assert rig.next() == Opened(Opening.HOLD)
    for _ in range(4):
        rig.sound(BLOCK[: BLOCK_SAMPLES // 4])
    assert isinstance(rig.next(), Tone)
    assert [block.size for block in rig.kept] == [BLOCK_SAMPLES]


def test_words_are_posted_while_it_is_open(rig: Rig) -> None:
    rig.microphone.toggle()
    assert rig.next() == Opened(Opening.TOGGLE)
    rig.speak(1)
    assert rig.next() == Word("hello")
    assert rig.microphone.level_dbfs > SILENT_DBFS and rig.microphone.partial() == "maybe"


def test_opening_again_within_the_tail_is_a_new_opening(rig: Rig) -> None:
    rig.microphone.open(Opening.HOLD)
    assert rig.next() == Opened(Opening.HOLD)
    rig.microphone.close()
    rig.microphone.open(Opening.TOGGLE)
    rig.sound()
    assert rig.until_closed()[-1] == ChannelClosed()
    assert rig.next() == Opened(Opening.TOGGLE)


def test_without_a_microphone_the_sense_says_so_and_nothing_was_opened() -> None:
    rig = Rig(DeviceLost("No microphone can be opened. Connect one."))
    rig.microphone.open(Opening.HOLD)
    rig.thread.join(WITHIN_S)
    assert [str(error) for error in rig.raised] == ["No microphone can be opened. Connect one."]
    assert not rig.microphone.is_open


def test_a_microphone_that_never_begins_closes_the_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEGINS_WITHIN_S", 0.0)
    rig = Rig()
    rig.microphone.open(Opening.TOGGLE)
    assert rig.until_closed() == [Opened(Opening.TOGGLE), ChannelClosed(cut=True)]
    rig.thread.join(WITHIN_S)
    assert "went away" in str(rig.raised[0])
    assert not rig.streaming and not rig.microphone.is_open


def test_of_a_microphone_that_goes_away_in_mid_sentence_the_words_are_kept_without_an_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LOST_AFTER_S", 0.0)
    rig = Rig(at_end=["wor"])
    rig.microphone.open(Opening.HOLD)
    assert rig.next() == Opened(Opening.HOLD)
    rig.sound()
    assert rig.until_closed() == [Word("hello"), Word("wor"), ChannelClosed(cut=True)]
    rig.thread.join(WITHIN_S)
    assert not rig.streaming and not rig.microphone.is_open


def test_another_microphone_in_its_place_is_not_listened_to() -> None:
    rig = Rig()
    rig.microphone.open(Opening.TOGGLE)
    assert rig.next() == Opened(Opening.TOGGLE)
    rig.gone = True
    rig.sound()
    assert rig.until_closed() == [ChannelClosed(cut=True)]
    rig.thread.join(WITHIN_S)
    assert rig.raised and not rig.kept


def test_a_slow_microphone_is_told_until_it_begins(rig: Rig) -> None:
    rig.microphone.open(Opening.HOLD)
    assert rig.next() == Opened(Opening.HOLD)
    rig.wait_until_told()
    rig.speak(1)
    assert rig.told == [NOT_BEGUN, ""]


def test_a_muted_microphone_is_told_until_it_closes(rig: Rig) -> None:
    rig.microphone.open(Opening.HOLD)
    assert rig.next() == Opened(Opening.HOLD)
    for _ in range(SILENT_FOR_MS // BLOCK_MS):
        rig.sound()
    rig.wait_until_told()
    assert rig.told == [MUTED]
    rig.microphone.close()
    rig.now_ms += TAIL_MS
    rig.sound()
    rig.until_closed()
    assert rig.told == [MUTED, ""]


def test_the_tail_is_as_much_longer_as_the_sound_is_late(rig: Rig) -> None:
    rig.delay_ms = 300.0
    rig.microphone.open(Opening.HOLD)
    assert rig.next() == Opened(Opening.HOLD)
    rig.microphone.close()
    rig.now_ms += TAIL_MS + 250
    rig.speak(1)
    rig.now_ms += 50
    rig.speak(1)
    assert rig.until_closed()[-1] == ChannelClosed()
    assert len(rig.kept) == 2


def test_stopping_closes_the_channel(rig: Rig) -> None:
    rig.microphone.open(Opening.TOGGLE)
    assert rig.next() == Opened(Opening.TOGGLE)
    rig.stop.set()
    rig.sound()
    assert rig.until_closed()[-1] == ChannelClosed()


def test_the_recogniser_is_told_what_is_on_the_screen_when_it_opens_and_in_a_silence_but_not_while_somebody_speaks(
    rig: Rig,
) -> None:
    rig.microphone.open(Opening.TOGGLE)
    assert rig.next() == Opened(Opening.TOGGLE)
    rig.speak(3)
    rig.on_screen = ["click Cancel"]
    rig.speak(2)
    assert rig.recogniser.expected == [("click Submit",)]
    rig.speak(EXPECT_AFTER_MS // BLOCK_MS + 2)
    assert rig.recogniser.expected == [("click Submit",), ("click Cancel",)]
