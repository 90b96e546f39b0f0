"""The voice is lowered the moment somebody talks over it, and raised again after."""

from dataclasses import dataclass, field

from desktop.ducking import Ducking
from model.stream.values import Channel, Event, Origin, Tone, Word


@dataclass
class FakeVoice:
    """Speaks when told, and notes what is asked of it."""

    talking: bool = True
    asked: list[str] = field(default_factory=list)

    def speaking(self) -> bool:
        return self.talking

    def duck(self) -> None:
        self.asked.append("duck")

    def unduck(self) -> None:
        self.asked.append("unduck")


def tone(voice: float, silence_ms: int = 0) -> Event:
    return Event(0, Channel.TONE, Tone(voice, -20.0, 120.0, silence_ms), Origin.WORLD)


def test_one_voiced_block_lowers_the_voice_once() -> None:
    voice = FakeVoice()
    ducking = Ducking(voice)
    for _ in range(3):
        ducking.notice(tone(0.95))
    assert voice.asked == ["duck"]


def test_it_is_lowered_before_the_block_is_complete() -> None:
    voice = FakeVoice()
    ducking = Ducking(voice)
    ducking.overhear(0.3)
    assert voice.asked == []
    ducking.overhear(0.95)
    ducking.notice(tone(0.95))
    assert voice.asked == ["duck"]


def test_nothing_is_lowered_while_we_are_silent_or_they_are() -> None:
    voice = FakeVoice(talking=False)
    Ducking(voice).notice(tone(0.95))
    Ducking(FakeVoice()).notice(tone(0.3, silence_ms=80))
    Ducking(voice).notice(Event(0, Channel.USER, Word("hello"), Origin.USER))
    assert voice.asked == []


def test_it_is_raised_after_a_silence_but_not_between_words() -> None:
    voice = FakeVoice()
    ducking = Ducking(voice)
    ducking.notice(tone(0.95))
    ducking.notice(tone(0.05, silence_ms=160))
    assert voice.asked == ["duck"]
    ducking.notice(tone(0.05, silence_ms=400))
    assert voice.asked == ["duck", "unduck"]


def test_closing_the_microphone_raises_it() -> None:
    voice = FakeVoice()
    ducking = Ducking(voice)
    ducking.notice(tone(0.95))
    ducking.raise_again()
    ducking.raise_again()
    assert voice.asked == ["duck", "unduck"]
