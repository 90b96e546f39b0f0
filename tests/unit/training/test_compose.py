import random
import re
from collections import Counter
from collections.abc import Iterator

import pytest

import model.training.compose as compose_module
from model.stream.values import Channel
from model.training.compose import Request, compose, disturb, from_row, report, surrounded
from model.training.mishearings import mishearings
from model.training.phrases import shipped_phrases
from model.training.requests import WHOLE, Order, reworded

MANY = 3000


@pytest.fixture(scope="module")
def requests() -> list[Request]:
    rng = random.Random(11)
    return [compose(rng) for _ in range(MANY)]


def of(requests: list[Request], source: str) -> Iterator[Request]:
    return (request for request in requests if request.source == f"phrases/{source}")


def test_every_phenomenon_occurs(requests: list[Request]):
    found = Counter(request.source for request in requests)
    assert all(
        found[f"phrases/{source}"] > 10
        for source in ("plain", "corrected", "restarted", "unfinished", "clipboard", "screen", "chained")
    )


@pytest.mark.parametrize("action", list(shipped_phrases().catalogue))
def test_every_action_can_be_asked_for_with_all_it_needs(action: str):
    rng = random.Random(5)
    spec = shipped_phrases().catalogue[action]
    for _ in range(60):
        request = compose(rng, action)
        assert request.action == action
        assert all(request.argument(slot.name) for slot in spec.slots if slot.required)


def test_an_item_is_what_the_words_point_at(requests: list[Request]):
    for request in of(requests, "clipboard"):
        assert list(request.items.values()) == [(Channel.CLIPBOARD, 0)]
        assert request.clipboard
    for request in of(requests, "screen"):
        ((channel, index),) = request.items.values()
        assert channel is Channel.SCREEN
        assert request.screen.count(request.screen[index]) == 1


def test_a_link_that_is_pointed_at_holds_an_address():
    rng = random.Random(2)
    pointed = [request for _ in range(400) if "url" in (request := compose(rng, "open_url")).items]
    assert len(pointed) > 40
    assert all(re.search(r"\w\.\w|localhost", request.argument("url") or "") for request in pointed)


def test_what_is_clicked_mostly_stands_on_the_screen():
    rng = random.Random(3)
    shown = 0
    clicks = [compose(rng, "click") for _ in range(300)]
    for request in clicks:
        words = (request.argument("target") or "").split()
        screen = " ".join(request.screen).lower()
        shown += any(" ".join(words[a:b]) in screen for a in range(len(words)) for b in range(a + 1, len(words) + 1))
    assert shown > 200


def test_orders_on_the_screen_change_nothing_but_the_scene(monkeypatch: pytest.MonkeyPatch):
    def requests(share: float) -> list[Request]:
        monkeypatch.setattr(compose_module, "INJECTED", share)
        return [compose(random.Random(seed)) for seed in range(200)]

    changed = 0
    for quiet, ordered in zip(requests(0.0), requests(1.1), strict=True):
        assert (quiet.words, quiet.action, quiet.spans) == (ordered.words, ordered.action, ordered.spans)
        assert [quiet.argument(slot) for slot in quiet.items] == [ordered.argument(slot) for slot in ordered.items]
        changed += (quiet.screen, quiet.clipboard) != (ordered.screen, ordered.clipboard)
    assert changed > 80


def test_a_correction_moves_the_argument_to_what_was_said_last():
    rng = random.Random(4)
    corrected = [r for _ in range(MANY) if (r := compose(rng, "open_app")).source == "phrases/corrected"]
    assert corrected
    assert all(request.spans["name"][1] == len(request.words) for request in corrected)


def test_the_question_is_all_that_was_said(requests: list[Request]):
    questions = [request for request in requests if request.action == "think"]
    assert all(request.spans == {WHOLE: (0, len(request.words))} for request in questions)


def test_a_second_thing_has_its_own_words_behind_those_of_the_first(requests: list[Request]):
    for request in of(requests, "chained"):
        assert request.then is not None
        needed = {slot.name for slot in shipped_phrases().catalogue[request.then.action].slots if slot.required}
        assert needed <= request.then.spans.keys()
        begin_second = min((start for start, _ in request.then.spans.values()), default=len(request.words))
        assert all(end < begin_second for _, end in request.spans.values())


def test_what_is_changed_in_the_first_of_two_things_moves_the_second():
    request = Request(("open", "it", "and", "type", "hello"), "open_app", then=Order("type_text", {"text": (4, 5)}))
    longer = reworded(request, 0, 1, ["please", "open"])
    assert longer.then == Order("type_text", {"text": (5, 6)})
    assert longer.slot_at(5) == "text"


def test_what_stands_around_a_request_leaves_it_as_it_was():
    request = Request(("read", "that"), "read_screen", clipboard="mine")
    alone = Request(("undo", "that"), "undo")
    around = [surrounded(alone, random.Random(seed)) for seed in range(40)]
    assert {(r.words, r.action) for r in around} == {(alone.words, "undo")}
    assert any(r.screen for r in around)
    assert any(r.clipboard for r in around)
    assert surrounded(request, random.Random(1)).clipboard == "mine"


def test_words_are_misheard_as_the_recogniser_did_but_values_stay():
    rng = random.Random(3)
    request = Request(("copy", "it", "in", "two", "minutes"), "set_timer", {"duration": (3, 5)})
    heard = [disturb(request, rng) for _ in range(400)]
    spoken = [r for r in heard if r.text == r.text.lower() and r.text[-1].isalpha()]
    assert {r.argument("duration") for r in spoken} <= {"two minutes", "2 minutes"}
    assert any(r.text.startswith(instead) for r in spoken for instead in mishearings()["copy"].heard)


def test_unfinished_requests_ask_for_nothing(requests: list[Request]):
    assert all(r.action == "none" and not r.spans and not r.items for r in of(requests, "unfinished"))


def test_spoken_words_have_no_capitals_and_typed_ones_may():
    rng = random.Random(6)
    texts = [disturb(compose(rng, "open_app"), rng).text for _ in range(400)]
    lower = sum(text == text.lower() for text in texts)
    assert 0.7 * len(texts) < lower < len(texts)


def test_typed_addresses_are_one_word():
    rng = random.Random(6)
    requests = [disturb(compose(rng, "open_url"), rng) for _ in range(400)]
    urls = [request.argument("url") or "" for request in requests if "url" in request.spans]
    assert any(" " not in url and "." in url for url in urls)
    assert any(" dot " in url for url in urls)


def test_the_report_counts_what_it_was_asked_for():
    lines = report(200, seed=1).splitlines()
    sources = [line for line in lines if "phrases/" in line]
    assert sum(int(line.split()[0]) for line in sources) == 200


# Rows that people wrote -----------------------------------------------------------------------------------------


def row(text: str, accept: list[str], **args: list[str]) -> Request | None:
    return from_row({"text": text, "accept": accept, "args": args, "source": "test"})


def test_a_fragment_becomes_a_span_whatever_its_spelling():
    request = row("Play Sia Furler's songs, please.", ["play_media"], query=["sia furler"])
    assert request is not None
    assert request.argument("query") == "Sia Furler's"
    assert request.source == "test"


def test_several_fragments_are_covered_from_first_to_last():
    request = row("play teri meri by josh white now", ["play_media"], query=["josh white", "teri meri"])
    assert request is not None
    assert request.argument("query") == "teri meri by josh white"


def test_hyphens_and_spaces_do_not_matter():
    request = row("what's on my to-do list", ["list_show"], list=["to do"])
    assert request is not None
    assert request.argument("list") == "to-do list"


def test_a_row_whose_fragment_is_not_in_the_text_is_left_out():
    assert row("play something", ["play_media"], query=["mozart"]) is None
    assert row("play mozart", ["play_media"], composer=["mozart"]) is None
    assert row("play mozart", ["sing"]) is None


def test_a_row_may_ask_for_a_second_thing_which_may_be_unknown():
    text = {"text": "copy that and open paint", "accept": ["copy"], "source": "test"}
    known = from_row({**text, "then": {"action": "open_app", "args": {"name": ["paint"]}}})
    unknown = from_row({**text, "then": {"action": "?"}})
    assert known is not None
    assert unknown is not None
    assert (known.then, unknown.then) == (Order("open_app", {"name": (4, 5)}), Order(""))


def test_a_row_without_arguments_is_kept_without_spans():
    request = row("set a timer for five minutes", ["set_timer"])
    assert request is not None
    assert request.spans == {}


def test_questions_are_whole():
    request = row("why is the sky blue", ["think", "web_search"])
    assert request is not None
    assert request.spans == {WHOLE: (0, 5)}


@pytest.mark.parametrize(
    ("text", "accept", "action"),
    [
        ("yes that is right", ["none", "confirm", "think"], "confirm"),
        ("nope", ["none", "deny"], "deny"),
        ("thanks but i think you got that wrong", ["none", "deny"], "none"),
        ("great response", ["none", "confirm"], "none"),
    ],
)
def test_bare_answers_are_answers(text: str, accept: list[str], action: str):
    request = row(text, accept)
    assert request is not None
    assert request.action == action
