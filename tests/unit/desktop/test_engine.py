"""The engine among fakes: what a person asks of it, and what becomes of effects."""

import threading
from collections.abc import Callable, Sequence
from threading import Event as StopSignal

import pytest

from desktop.engine import MAX_TYPED_WORDS
from desktop.processes import wait_until
from desktop.remote import Remote
from model.stream.errors import BadSettings, DeviceLost, NotPermitted
from model.stream.protocols import Post
from model.stream.values import Action, Channel, Effect, Event, Hush, Opening, Origin, Pause, Say, Tone, Word
from tests.unit.desktop.scripted import Stage


def obey(event: Event) -> Sequence[Effect]:
    """Say each word, act on "go", fall silent on "enough"."""
    match event.data:
        case Word(text="go"):
            return (Action(1, "click", {}, event.t_ns, 1),)
        case Word(text="enough"):
            return (Hush(),)
        case Word(text=text):
            return (Say(text),)
        case _:
            return ()


def test_effects_reach_who_does_them() -> None:
    with Stage(obey) as stage:
        stage.engine.ask("hello go enough")
        assert stage.notes.wait_for("event ChannelClosed")
        assert stage.notes.wait_for("hands click")
        assert stage.notes.wait_for("voice Hush()")
    assert f"voice {Say('hello')}" in stage.notes.lines


def give_way(event: Event) -> Sequence[Effect]:
    """Fall silent for whoever is heard."""
    return (Hush(),) if isinstance(event.data, Tone) and event.data.silence_ms == 0 else ()


def test_the_voice_goes_on_once_somebody_who_only_hummed_is_silent() -> None:
    with Stage(give_way) as stage:
        stage.engine.post(Event(0, Channel.TONE, Tone(0.9, -20.0, 120.0, 0), Origin.WORLD))
        assert stage.notes.wait_for("voice Hush()")
        assert "voice resume" not in stage.notes.lines
        stage.engine.post(Event(1, Channel.TONE, Tone(0.0, -60.0, 0.0, 400), Origin.WORLD))
        assert stage.notes.wait_for("voice resume")


def test_a_typed_request_is_opened_and_closed_like_a_spoken_one() -> None:
    with Stage() as stage:
        stage.engine.ask("type hello")
        assert stage.notes.wait_for("event ChannelClosed")
    events = [line for line in stage.notes.lines if line.startswith("event")]
    assert events == ["event Opened", "event Word type", "event Word hello", "event Pause", "event ChannelClosed"]


@pytest.mark.parametrize("text", ["", "   ", "word " * (MAX_TYPED_WORDS + 1)])
def test_a_typed_request_has_a_size(text: str) -> None:
    with pytest.raises(BadSettings, match="A typed request has"):
        Stage().engine.ask(text)


def test_toggle_opens_and_closes() -> None:
    with Stage() as stage:
        stage.engine.toggle()
        assert stage.engine.listening
        assert stage.notes.wait_for("event Opened")
        stage.engine.toggle()
        assert not stage.engine.listening
        assert stage.notes.wait_for("event ChannelClosed")


def test_after_a_panic_nothing_is_done_until_a_person_rearms() -> None:
    with Stage(obey) as stage:
        stage.engine.listen(Opening.HOLD)
        stage.engine.panic()
        assert {"voice hush at once", "hands panic"} <= set(stage.notes.lines)
        assert not stage.engine.listening
        with pytest.raises(NotPermitted, match="ambidex rearm"):
            stage.engine.listen(Opening.TOGGLE)
        stage.engine.ask("one go")
        assert stage.notes.wait_for("event Word go")
        stage.engine.rearm()
        stage.engine.ask("two")
        assert stage.notes.wait_for(f"voice {Say('two')}")
    assert "hands click" not in stage.notes.lines
    assert f"voice {Say('one')}" not in stage.notes.lines
    assert "hands rearm" in stage.notes.lines


def test_panic_by_voice_does_not_ask_the_mind() -> None:
    with Stage(obey) as stage:
        stage.engine.ask("no stop everything")
        assert {"voice hush at once", "hands panic"} <= set(stage.notes.lines)
        assert stage.engine.status()["standing"] == "panicked"


def test_a_pause_closes_the_senses_and_resume_opens_them() -> None:
    with Stage() as stage:
        stage.engine.listen(Opening.TOGGLE)
        stage.engine.pause()
        assert stage.notes.wait_for("event ChannelClosed")
        with pytest.raises(NotPermitted, match="ambidex resume"):
            stage.engine.listen(Opening.TOGGLE)
        stage.ears.started.clear()
        stage.engine.resume()
        assert stage.ears.started.wait(5)
        stage.engine.listen(Opening.TOGGLE)
        assert stage.engine.listening


def test_a_pause_does_not_lift_a_panic() -> None:
    with Stage() as stage:
        stage.engine.panic()
        with pytest.raises(NotPermitted):
            stage.engine.pause()
        stage.engine.resume()
        assert stage.engine.status()["standing"] == "panicked"


def test_without_a_microphone_all_else_works() -> None:
    with Stage(obey, deaf=True) as stage:
        with pytest.raises(DeviceLost, match="switched off in the settings"):
            stage.engine.toggle()
        stage.engine.ask("hello")
        assert stage.notes.wait_for(f"voice {Say('hello')}")


def test_cancel_stops_what_goes_on_but_disarms_nothing() -> None:
    with Stage(obey) as stage:
        stage.engine.listen(Opening.HOLD)
        stage.engine.cancel()
        assert not stage.engine.listening
        assert {"voice hush", "hands interrupt"} <= set(stage.notes.lines)
        stage.engine.ask("go")
        assert stage.notes.wait_for("hands click")


def test_a_locked_screen_closes_what_is_open_and_opens_nothing_again() -> None:
    with Stage(obey) as stage:
        stage.engine.listen(Opening.TOGGLE)
        stage.engine.away("locker", True)
        assert not stage.engine.listening
        assert {"voice hush", "hands interrupt"} <= set(stage.notes.lines)
        assert stage.engine.status()["away"].startswith("The screen is locked.")
        with pytest.raises(NotPermitted, match="The screen is locked"):
            stage.engine.listen(Opening.HOLD)
        stage.engine.away("locker", False)
        assert stage.notes.lines[-1] == "hands lock"
        assert not stage.engine.listening
        stage.engine.listen(Opening.HOLD)
        assert stage.engine.listening


def test_it_is_away_until_every_reason_is_over() -> None:
    with Stage(obey) as stage:
        stage.engine.away("sleep", True)
        with pytest.raises(NotPermitted, match="about to sleep"):
            stage.engine.toggle()
        stage.engine.away("asked", True)
        stage.engine.away("sleep", False)
        with pytest.raises(NotPermitted, match="locked"):
            stage.engine.toggle()
        stage.engine.resume()
        stage.engine.toggle()
        assert stage.engine.listening


def test_a_thread_that_cannot_be_done_without_ends_the_engine_with_its_error() -> None:
    stage = Stage(fail=RuntimeError("the hands are broken"))
    stage.engine.start()
    assert stage.engine.stopped.wait(5)
    with pytest.raises(RuntimeError, match="the hands are broken"):
        stage.engine.close()
    assert stage.notes.lines[-1] == "let go"


def test_commands_from_other_processes() -> None:
    with Stage(obey) as stage:
        remote = Remote(stage.engine, lambda: False, {"dry_run": False})
        assert remote.answer("toggle", {}) == {"text": "Listening."}
        assert remote.answer("toggle", {}) == {"text": "Not listening any more."}
        assert remote.answer("undo", {"count": 2}) == {"text": "Undid 2."}
        report = remote.answer("status", {})
        assert report["mode"] == "idle"
        assert report["surprise"] == {}
        assert {row["name"] for row in report["threads"]} >= {"loop", "hands", "voice", "microphone"}
        assert all(row["size"] > 0 for row in report["queues"])
        remote.answer("quit", {})
        assert stage.engine.stopped.is_set()


def test_what_a_command_may_not_do() -> None:
    with Stage() as stage:
        remote = Remote(stage.engine, lambda: True, {})
        with pytest.raises(BadSettings, match="knows no command 'approve'"):
            remote.answer("approve", {})
        with pytest.raises(BadSettings, match="does not take these arguments"):
            remote.answer("panic", {"softly": True})
        for command in ("toggle", "listen", "resume", "rearm"):
            with pytest.raises(NotPermitted, match="typing or clicking"):
                remote.answer(command, {})
        assert remote.answer("panic", {})["text"].startswith("Stopped.")


class FailingSense:
    """Notices nothing, and then its device is gone."""

    name = "screen"

    def run(self, post: Post, stop: StopSignal) -> None:
        raise DeviceLost("The screen went dark.")


class WatchingSense:
    name = "clipboard"

    def run(self, post: Post, stop: StopSignal) -> None:
        stop.wait()


def test_a_sense_that_dies_is_told_of_and_the_others_go_on(announce: Callable[[str], None]) -> None:
    announce("screen failed, again in")
    with Stage(obey, senses=(FailingSense(), WatchingSense())) as stage:
        stage.engine.ask("hello")
        assert stage.notes.wait_for(f"voice {Say('hello')}")

        def thread(name: str) -> dict[str, str]:
            return next((row for row in stage.engine.status()["threads"] if row["name"] == name), {"state": ""})

        wait_until(lambda: thread("screen")["state"] == "waiting", 5, "the failure")
        assert stage.live.state.notice == "The screen went dark."
        assert thread("screen")["error"] == "The screen went dark."
        wait_until(lambda: stage.live.state.captured == {Channel.CLIPBOARD}, 5, "the sign of the clipboard")
        assert thread("clipboard")["state"] == "running"
    assert stage.live.state.captured == frozenset()


def test_what_runs_beside_the_loop_may_fail_and_is_started_again(announce: Callable[[str], None]) -> None:
    announce("schedule failed, again in")
    runs: list[str] = []

    def schedule(stop: StopSignal) -> None:
        runs.append("run")
        if len(runs) == 1:
            raise NotPermitted("The disk is full.")
        stop.wait()

    with Stage(obey, threads=(("schedule", schedule),)) as stage:
        wait_until(lambda: len(runs) == 2, 5, "the second run")
        stage.engine.ask("hello")
        assert stage.notes.wait_for(f"voice {Say('hello')}")


class SelectingSense(FailingSense):
    name = "selection"


def test_the_sign_of_a_channel_stands_while_one_of_its_senses_is_on(announce: Callable[[str], None]) -> None:
    announce("selection failed, again in")
    with Stage(obey, senses=(WatchingSense(), SelectingSense())) as stage:
        wait_until(lambda: stage.live.state.notice != "", 5, "the failure")
        assert stage.live.state.captured == {Channel.CLIPBOARD}


def test_a_sense_that_is_slow_to_stop_is_not_heard_after_a_pause() -> None:
    with Stage() as stage:
        late = stage.ears.post
        assert late is not None
        stage.engine.pause()
        late(Event(0, Channel.USER, Word("secret"), Origin.USER))
        stage.engine.ask("heard")
        assert stage.notes.wait_for("event Word heard")
    assert "event Word secret" not in stage.notes.lines


def test_a_question_that_is_over_is_withdrawn() -> None:
    with Stage() as stage:
        stage.engine.approve()
        stage.engine.deny()
    assert {"hands approve", "hands deny"} <= set(stage.notes.lines)


def test_what_is_uncertain_is_shown_before_dictation_types_it() -> None:
    with Stage() as stage:
        dictation = stage.engine.dictation
        stop, typed = StopSignal(), list[str]()
        stage.engine.listen(Opening.TOGGLE)
        wait_until(lambda: stage.live.state.listening is not None, 5, "listening")

        def write() -> None:
            with dictation.on():
                typed.extend(str(getattr(edit, "text", "")) for edit in dictation.edits(stop))

        writing = threading.Thread(target=write)
        writing.start()
        wait_until(lambda: dictation.active, 5, "dictation")
        hear(stage, Word("dear"), partial="madam or")
        assert stage.live.state.uncertain == "madam or"  # the recogniser may still change it
        wait_until(lambda: typed == ["Dear"], 5, "what is certain")
        hear(stage, Word("madam", confidence=0.4), partial="")
        wait_until(lambda: dictation.held == "madam", 5, "what is doubtful")
        hear(stage, partial="")
        assert stage.live.state.uncertain == "madam"
        assert typed == ["Dear"]
        hear(stage, Pause(), partial="")
        wait_until(lambda: typed == ["Dear", " madam"], 5, "the rest")
        hear(stage, partial="")
        assert stage.live.state.uncertain == ""
        stop.set()
        writing.join(5)


def hear(stage: Stage, *data: Word | Pause, partial: str) -> bool:
    """The ears post this, and one block later what they are not sure of yet."""
    stage.ears.unsure = partial
    for each in (*data, Tone(0.9, -20.0, 120.0, 0)):
        channel = Channel.TONE if isinstance(each, Tone) else Channel.USER
        stage.engine.post(Event(0, channel, each, Origin.USER))
    return True
