"""The live state follows the stream: what is heard, thought, said, done and asked."""

from __future__ import annotations

from desktop.live import LiveState, LiveView, Mode, Standing, fold
from model.stream.manners import style_token
from model.stream.values import (
    Argument,
    Call,
    Channel,
    ChannelClosed,
    Copied,
    Data,
    Event,
    Fill,
    Gesture,
    Go,
    Line,
    Manner,
    Opened,
    Opening,
    Origin,
    Outcome,
    Place,
    Played,
    Seen,
    Silenced,
    Span,
    Status,
    Step,
    Tick,
    Token,
    Tone,
    Window,
    Word,
)

TICK = Tick(0, 0, 80.0)
CLIP = Span(Channel.CLIPBOARD, 0, None, item_id=3)


def resolve(span: Span) -> Argument | None:
    return Argument("milk and eggs", "clipboard") if span == CLIP else None


def step(**outputs: object) -> Step:
    return Step(Seen(TICK), **outputs)  # pyright: ignore[reportArgumentType]


def event(data: Data) -> Event:
    return Event(0, Channel.USER, data, Origin.USER)


def after(*data: Data, state: LiveState | None = None, **outputs: object) -> LiveState:
    return fold(state or LiveState(), [event(one) for one in data], step(**outputs), resolve)


def say(state: LiveState, *words: str) -> LiveState:
    for word in words:
        state = after(state=state, speech=Token(9, word))
    return state


def test_a_style_token_is_not_shown() -> None:
    state = after(state=say(LiveState(), "Good"), speech=style_token(Manner.BRIGHT))
    assert say(state, "morning").speech == ("Good", "morning")


def test_hold_to_talk_shows_the_words_and_closes() -> None:
    state = after(Opened(Opening.HOLD), Word("type"), Word("hello", 0.4))
    assert (state.mode, state.listening) == (Mode.LISTENING, Opening.HOLD)
    assert [(word.text, word.confidence) for word in state.heard] == [("type", 1.0), ("hello", 0.4)]
    assert after(ChannelClosed(), state=state).mode is Mode.IDLE


def test_a_word_that_became_certain_is_not_shown_twice() -> None:
    view = LiveView(resolve)
    view.record(TICK, [event(Opened(Opening.HOLD))], step())
    view.guess("open the")
    view.record(TICK, [event(Word("open"))], step())
    assert view.state.uncertain == "the"


def test_nothing_is_guessed_while_not_listening() -> None:
    view = LiveView(resolve)
    view.guess("somebody else talking")
    assert view.state.uncertain == ""


def test_a_new_utterance_clears_the_last_exchange() -> None:
    state = after(
        Opened(Opening.HOLD), Word("stop"), Outcome("stop", Status.DONE, "Stopped."), thought=Token(1, "stop")
    )
    fresh = after(Opened(Opening.TOGGLE), state=state)
    assert (fresh.heard, fresh.thought, fresh.outcome, fresh.doing) == ((), (), "", None)


def test_thought_is_shown_while_the_user_is_talking() -> None:
    state = after(Opened(Opening.HOLD), Word("open"), thought=Token(5, "open_app"), busy=True)
    assert (state.mode, state.thought) == (Mode.LISTENING, ("open_app",))


def test_thinking_lasts_as_long_as_the_mind_is_busy() -> None:
    state = after(thought=Token(5, "open_app"), busy=True)
    assert state.mode is Mode.THINKING
    assert after(state=state).mode is Mode.IDLE


def test_reading_what_came_on_the_screen_is_no_thinking() -> None:
    """Else the overlay would grow whenever the user turns a page."""
    assert after(Line(1, "hello", Place(0, 0, 10, 10)), busy=True).mode is Mode.IDLE


def test_the_spoken_word_follows_what_was_played() -> None:
    state = after(Played("It"), state=say(LiveState(), "It", "is", "noon"))
    assert (state.mode, state.speech, state.spoken) == (Mode.SPEAKING, ("It", "is", "noon"), 1)
    assert after(Played("is"), state=state).spoken == 2


def test_the_spoken_word_finds_its_place_past_a_word_that_was_read_otherwise() -> None:
    state = after(Played("apples"), state=say(LiveState(), "–", "Apples", "today"))
    assert state.spoken == 2


def test_punctuation_clings_to_its_word() -> None:
    assert say(LiveState(), "Done", ".").speech == ("Done.",)


def test_words_by_pointer_are_spelled_out() -> None:
    assert after(speech=CLIP).speech == ("milk", "and", "eggs")


def test_an_interrupted_reply_keeps_only_what_was_heard() -> None:
    state = after(Played("It"), state=say(LiveState(), "It", "is", "noon"))
    state = after(Silenced(cut=True, unsaid="is noon"), state=state)
    assert (state.speech, state.speaking) == (("It",), False)


def test_the_next_reply_replaces_the_last() -> None:
    state = after(Silenced(cut=False), state=after(Played("Yes"), state=say(LiveState(), "Yes")))
    assert say(state, "No").speech == ("No",)


def test_talking_over_the_voice_keeps_the_reply_in_sight() -> None:
    state = after(Played("It"), state=say(LiveState(), "It", "is"))
    assert after(Opened(Opening.HOLD), state=state).speech == ("It", "is")


def test_marks_are_not_words() -> None:
    state = say(LiveState(), "Yes", "<end>")
    assert (state.speech, state.reply_complete) == (("Yes",), True)


def test_an_action_is_named_filled_sent_and_settled() -> None:
    state = after(action=Call("type_text"))
    state = after(state=state, action=Fill("text", CLIP))
    assert state.mode is Mode.IDLE
    state = after(state=state, action=Go())
    assert state.mode is Mode.ACTING
    state = after(Outcome("type_text", Status.DONE, "Typed."), state=state)
    assert state.doing is not None
    assert state.doing.arguments == (("text", Argument("milk and eggs", "clipboard")),)
    assert (state.doing.status, state.mode, state.outcome) == (Status.DONE, Mode.IDLE, "Typed.")


def test_to_decide_that_nothing_is_to_be_done_is_no_action_under_way() -> None:
    state = after(state=after(action=Call("none")), action=Go())
    assert (state.mode, state.doing) == (Mode.IDLE, None)


def test_the_outcome_of_another_action_settles_nothing() -> None:
    state = after(state=after(action=Call("click")), action=Go())
    state = after(Outcome("set_timer", Status.FIRED, "Tea."), state=state)
    assert (state.mode, state.outcome) == (Mode.ACTING, "Tea.")


def test_a_question_stands_until_the_asked_action_is_settled() -> None:
    state = after(state=after(action=Call("open_url")), action=Go())
    state = after(Outcome("open_url", Status.ASKS, "Open it?"), state=state)
    assert state.mode is Mode.ASKING
    state = after(Opened(Opening.HOLD), Word("yes"), state=state, action=Call("confirm"))
    assert state.mode is Mode.ASKING
    state = after(Outcome("open_url", Status.DONE, "Opened."), state=state)
    assert state.asked is None
    assert state.doing is not None
    assert (state.doing.name, state.doing.status) == ("open_url", Status.DONE)


def test_items_tone_gesture_and_surprise() -> None:
    state = after(
        Line(1, "Submit", Place(0, 0, 9, 9)), Window("", "xterm"), Copied("binary", "", 9), Tone(0.9, -20.0, 120.0, 0),
        gesture=Gesture("nod"), surprise={Channel.SCREEN: 3.0},
    )  # fmt: skip
    assert (state.line, state.window, state.clipboard) == ("Submit", "xterm", "(binary)")
    assert after(Copied("selection", "selected", 8), state=state).clipboard == "(binary)"
    assert (state.voice, state.gesture) == (0.9, Gesture("nod"))
    assert after(state=state, surprise={Channel.USER: 1.0}).surprise == {Channel.SCREEN: 3.0, Channel.USER: 1.0}


def test_panic_ends_everything_that_goes_on() -> None:
    view = LiveView(resolve)
    view.record(TICK, [event(Opened(Opening.HOLD)), event(Played("so"))], step(busy=True))
    view.stand(Standing.PANICKED)
    assert (view.state.mode, view.state.listening, view.state.speaking) == (Mode.PANICKED, None, False)
    view.stand(Standing.READY)
    assert view.state.mode is Mode.IDLE


def test_the_user_sees_which_senses_are_on() -> None:
    view = LiveView(resolve)
    view.capture(Channel.SCREEN, True)
    view.capture(Channel.CLIPBOARD, True)
    view.capture(Channel.SCREEN, False)
    assert view.state.captured == {Channel.CLIPBOARD}


def test_only_a_change_is_told() -> None:
    told: list[None] = []
    view = LiveView(resolve, lambda: told.append(None))
    view.record(TICK, [], step())
    assert not told
    view.record(TICK, [event(Word("hello"))], step())
    assert len(told) == 1
