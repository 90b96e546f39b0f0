"""Words that no dictionary has are heard once they stand on the screen: a real window, real eyes, a synthetic voice."""

import threading
import time

import pytest

from actions.espeak import pronunciation
from desktop.expectation import Expectation
from desktop.probing import open_probe
from desktop.virtual import VirtualDesktop
from model.stream.values import Event, Seen, Step, Tick, Word
from perception.hearing import Hearing
from perception.recogniser import PocketsphinxRecogniser
from perception.screen import Eyes
from tests.integration.test_ears import blocks_of, heard

pytestmark = pytest.mark.integration

SAID = ("click frobnicate", "open tumbolia")
TICK = Tick(0, 0, 0)
WITHIN_S = 60.0


def phrases_on(expectation: Expectation, wanted: set[str]) -> list[str]:
    """What is expected once the eyes have seen what is wanted."""
    stop = threading.Event()

    def post(event: Event) -> None:
        expectation.record(TICK, [event], Step(Seen(TICK)))

    thread = threading.Thread(target=Eyes().run, args=(post, stop), name="eyes")
    thread.start()
    try:
        deadline_s = time.monotonic() + WITHIN_S
        while not wanted <= {phrase.lower() for phrase in expectation.phrases()}:
            assert time.monotonic() < deadline_s, expectation.phrases()
            time.sleep(0.05)
        return expectation.phrases()
    finally:
        stop.set()
        thread.join(WITHIN_S)


def words(hearing: Hearing, desktop: VirtualDesktop, text: str) -> str:
    events = heard(hearing, blocks_of(desktop.voice_file(text)))
    return " ".join(event.data.text for event in events if isinstance(event.data, Word))


def test_made_up_labels_are_heard_while_they_are_on_the_screen(
    virtual_desktop: VirtualDesktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in virtual_desktop.env.items():
        monkeypatch.setenv(name, value)
    open_probe(virtual_desktop, title="Tumbolia", buttons=("Frobnicate", "Cancel"))
    hearing = Hearing(PocketsphinxRecogniser(pronounce=pronunciation))
    without = [words(hearing, virtual_desktop, text) for text in SAID]
    assert not {"frobnicate", "tumbolia"} & set(" ".join(without).split())
    hearing.expect(phrases_on(Expectation(), set(SAID)))
    for text in SAID:
        assert text.split()[-1] in words(hearing, virtual_desktop, text).split()
