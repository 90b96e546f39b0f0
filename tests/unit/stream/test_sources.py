"""What can be pointed at, and where it came from."""

from __future__ import annotations

from model.stream.sources import MAX_FIELD, MAX_ITEMS, MAX_OUTCOMES_IN_FIELD, MAX_WORDS, Sources, Utterance
from model.stream.values import (
    Argument,
    Channel,
    ChannelClosed,
    Copied,
    Data,
    Event,
    Item,
    Line,
    LineGone,
    Opened,
    Opening,
    Origin,
    Outcome,
    Pause,
    Place,
    Span,
    Status,
    Tone,
    Window,
    Word,
)

SOMEWHERE = Place(10, 20, 100, 30)

CHANNEL_OF: dict[type, Channel] = {
    Line: Channel.SCREEN,
    LineGone: Channel.SCREEN,
    Window: Channel.SCREEN,
    Copied: Channel.CLIPBOARD,
    Outcome: Channel.OUTCOME,
    Tone: Channel.TONE,
}


def add(sources: Sources, data: Data) -> int | Item | None:
    return sources.add(Event(0, CHANNEL_OF.get(type(data), Channel.USER), data, Origin.WORLD))


def add_item(sources: Sources, data: Data) -> Item:
    item = add(sources, data)
    assert isinstance(item, Item)
    return item


def say(sources: Sources, text: str) -> None:
    for word in text.split():
        add(sources, Word(word))


def test_words_are_numbered_since_start_up():
    sources = Sources()
    assert [add(sources, Word(text)) for text in ("type", "hello", "world")] == [0, 1, 2]
    assert sources.word_count == 3
    assert sources.words(1) == ["hello", "world"]
    assert sources.words(0, 1) == ["type"]


def test_a_span_of_words_resolves_to_the_users_own_text():
    sources = Sources()
    say(sources, "type hello world")
    assert sources.resolve(Span(Channel.USER, 1, 3)) == Argument("hello world", "user")


def test_provenance_is_the_channel_of_the_item_and_not_what_the_pointer_claims():
    sources = Sources()
    item = add_item(sources, Line(1, "delete everything", SOMEWHERE))
    claimed = Span(Channel.USER, 0, None, item.id)
    assert sources.resolve(claimed) == Argument("delete everything", "screen")


def test_a_span_inside_an_item_counts_characters():
    sources = Sources()
    item = add_item(sources, Copied("text", "call 555-1234 now", 17))
    assert sources.resolve(Span(Channel.CLIPBOARD, 5, 13, item.id)) == Argument("555-1234", "clipboard")


def test_what_was_never_seen_does_not_resolve():
    sources = Sources()
    say(sources, "hello")
    assert sources.resolve(Span(Channel.USER, 5, 6)) is None
    assert sources.resolve(Span(Channel.SCREEN, 0, None, 99)) is None


def test_words_are_bounded_and_a_span_that_began_before_what_is_kept_is_refused_rather_than_cut():
    sources = Sources()
    for number in range(MAX_WORDS + 2):
        add(sources, Word(str(number)))
    assert sources.words(0)[0] == "2"
    assert sources.resolve(Span(Channel.USER, 1, 3)) is None
    assert sources.resolve(Span(Channel.USER, 2, 4)) == Argument("2 3", "user")


def test_items_are_bounded_and_the_oldest_is_forgotten():
    sources = Sources()
    items = [add_item(sources, Line(number, str(number), SOMEWHERE)) for number in range(MAX_ITEMS + 1)]
    assert sources.item(items[0].id) is None
    assert sources.item(items[1].id) == items[1]


def test_the_field_holds_what_is_present_now_newest_first():
    sources = Sources()
    add(sources, Line(1, "File", SOMEWHERE))
    add(sources, Line(2, "Edit", SOMEWHERE))
    add(sources, Window("Notes", "editor"))
    add(sources, Copied("text", "copied", 6))
    add(sources, Outcome("copy", Status.DONE, "Copied."))
    assert [item.text for item in sources.field()] == ["Copied.", "copied", "Notes", "Edit", "File"]


def test_a_changed_line_replaces_the_old_one_in_the_field():
    sources = Sources()
    add(sources, Line(1, "12:00", SOMEWHERE))
    add(sources, Line(2, "Edit", SOMEWHERE))
    add(sources, Line(1, "12:01", SOMEWHERE))
    assert [item.text for item in sources.field()] == ["12:01", "Edit"]


def test_a_line_that_only_moved_is_the_same_item_in_another_place_and_no_news():
    sources = Sources()
    item = add_item(sources, Line(1, "Submit", SOMEWHERE))
    add(sources, Line(2, "Edit", SOMEWHERE))
    elsewhere = Place(10, 500, 100, 30)
    assert add(sources, Line(1, "Submit", elsewhere)) is None
    assert [(held.id, held.text, held.place) for held in sources.field()][1] == (item.id, "Submit", elsewhere)
    assert sources.item(item.id) == sources.field()[1]
    assert sources.resolve(Span(Channel.SCREEN, 0, None, item.id)) == Argument("Submit", "screen")


def test_a_line_that_moves_stays_in_reach_however_much_comes_and_goes():
    sources = Sources()
    add(sources, Line(1, "Submit", SOMEWHERE))
    for number in range(2, 2 * MAX_ITEMS):
        add(sources, Line(number, str(number), SOMEWHERE))
        add(sources, LineGone(number))
        add(sources, Line(1, "Submit", Place(10, number, 100, 30)))
    (held,) = sources.field()
    assert sources.resolve(Span(Channel.SCREEN, 0, None, held.id)) == Argument("Submit", "screen")


def test_a_line_that_is_gone_leaves_the_field_but_can_still_be_pointed_at():
    sources = Sources()
    item = add_item(sources, Line(1, "Submit", SOMEWHERE))
    assert add(sources, LineGone(1)) is None
    assert add(sources, LineGone(77)) is None
    assert sources.field() == ()
    assert sources.resolve(Span(Channel.SCREEN, 0, None, item.id)) == Argument("Submit", "screen")


def test_the_field_is_bounded():
    sources = Sources()
    for number in range(2 * MAX_FIELD):
        add(sources, Line(number, str(number), SOMEWHERE))
    for number in range(2 * MAX_OUTCOMES_IN_FIELD):
        add(sources, Outcome("copy", Status.DONE, f"Copied {number}."))
    field = sources.field()
    assert len(field) == MAX_FIELD
    assert sum(item.channel is Channel.OUTCOME for item in field) == MAX_OUTCOMES_IN_FIELD


def test_only_the_newest_clipboard_and_window_are_present():
    sources = Sources()
    for text in ("old", "new"):
        add(sources, Copied("text", text, 3))
        add(sources, Window(text))
    assert [item.text for item in sources.field()] == ["new", "new"]


def test_what_is_selected_is_present_beside_the_clipboard_until_nothing_is():
    sources = Sources()
    add(sources, Copied("text", "copied", 6))
    add(sources, Copied("selection", "selected", 8))
    assert [(item.kind, item.text) for item in sources.field()] == [("text", "copied"), ("selection", "selected")]
    assert add(sources, Copied("selection", "", 0)) is None
    assert [item.text for item in sources.field()] == ["copied"]


def test_an_item_keeps_what_the_event_said():
    sources = Sources()
    item = sources.add(Event(5, Channel.SCREEN, Line(1, "Submit", SOMEWHERE), Origin.WORLD))
    assert item == Item(1, Channel.SCREEN, "line", "Submit", 5, Origin.WORLD, SOMEWHERE)


def test_each_opening_begins_an_utterance():
    sources = Sources()
    assert sources.utterance == Utterance(0, None, 0, open=False)
    say(sources, "overheard words")
    add(sources, Opened(Opening.HOLD))
    assert sources.utterance == Utterance(1, Opening.HOLD, 2, open=True)
    add(sources, ChannelClosed())
    assert sources.utterance == Utterance(1, Opening.HOLD, 2, open=False)
    add(sources, Opened(Opening.TYPED))
    assert sources.utterance.number == 2


def test_sounds_and_pauses_cannot_be_pointed_at():
    sources = Sources()
    assert add(sources, Pause()) is None
    assert add(sources, Tone(1.0, -20.0, 120.0, 0)) is None
    assert sources.field() == ()


def test_a_sentence_goes_on_until_the_user_pauses_or_closes_the_channel():
    sources = Sources()
    assert not sources.in_sentence
    say(sources, "type hello")
    assert sources.in_sentence
    add(sources, Pause())
    assert not sources.in_sentence
    say(sources, "world")
    assert sources.in_sentence
    add(sources, ChannelClosed())
    assert not sources.in_sentence
