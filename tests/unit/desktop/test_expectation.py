"""Which phrases the recogniser is told to expect, from what is on the screen and what the user has."""

from desktop.expectation import MAX_LINES, MAX_PHRASES, NAMES_FOR_S, Expectation, labels
from model.stream.errors import NotPermitted
from model.stream.values import Channel, Data, Event, Line, LineGone, Origin, Place, Seen, Step, Tick, Window

TICK = Tick(0, 0, 0)


def seen(expectation: Expectation, *data: Data) -> None:
    events = [Event(0, Channel.SCREEN, each, Origin.WORLD) for each in data]
    expectation.record(TICK, events, Step(Seen(TICK)))


def line(line_id: int, text: str) -> Line:
    return Line(line_id, text, Place(0, 0, 10, 10))


def test_a_label_can_be_clicked_or_named_while_it_is_to_be_seen() -> None:
    expectation = Expectation()
    seen(expectation, line(1, "Frobnicate…"))
    assert expectation.phrases() == ["click Frobnicate", "Frobnicate"]
    seen(expectation, LineGone(1))
    assert expectation.phrases() == []


def test_a_window_and_a_program_can_be_opened_and_a_name_stands_alone() -> None:
    expectation = Expectation(apps=lambda: ["Kdenlive"], names=lambda: ["Siobhán"])
    seen(expectation, Window("Quenya - Notes"))
    assert expectation.phrases()[:4] == ["Siobhán", "open Quenya", "switch to Quenya", "Quenya"]
    assert "switch to Kdenlive" in expectation.phrases()


def test_labels_are_what_can_be_said_of_a_line() -> None:
    assert labels("Inbox (12)") == ["Inbox"]
    assert labels("github.com/zotero") == ["github com zotero"]
    assert labels("SaveAs — Draft") == ["Save As", "Draft"]
    assert labels("don't ask") == ["don't ask"]
    assert labels("4471") == labels("…") == labels("x") == []
    assert labels("this is a sentence that nobody begins to say in full") == []
    assert labels("a" * 5_000) == []


def test_however_much_there_is_to_see_it_is_bounded_and_the_newest_stays() -> None:
    expectation = Expectation()
    letters = "abcdefghijklmnopqrst"
    for n in range(1_000):
        seen(expectation, line(n, f"label {letters[n % 20]}{letters[n // 20 % 20]}{letters[n // 400]}"))
    phrases = expectation.phrases()
    assert len(phrases) == MAX_PHRASES < MAX_LINES * 2
    assert phrases[0] == f"click label {letters[19]}{letters[9]}{letters[2]}"


def test_programs_and_names_are_read_again_after_a_while_and_may_fail() -> None:
    now_s, reads = [0.0], list[int]()

    def apps() -> list[str]:
        reads.append(1)
        raise NotPermitted("The list cannot be read.")

    expectation = Expectation(apps, now_s=lambda: now_s[0])
    assert expectation.phrases() == expectation.phrases() == []
    now_s[0] = NAMES_FOR_S
    expectation.phrases()
    assert len(reads) == 2
