"""What the policy is told of an action: whose words it answers, and where it would go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import resources
from actions.hands import Focus
from actions.judging import FOR_A_WHILE_NS, SAID_YES, Judge, Surroundings
from actions.policy import Rule, Ruling, Situation, Verdict, judge
from actions.rules import load_rules
from desktop.minds import shipped_catalogue
from model.stream.errors import DeviceLost
from model.stream.sources import Sources
from model.stream.values import (
    Action,
    ActionSpec,
    Argument,
    Channel,
    ChannelClosed,
    Event,
    Opened,
    Opening,
    Origin,
    Pause,
    Risk,
    Slot,
    Word,
)

SPECS = {
    spec.name: spec
    for spec in (
        ActionSpec("type", "", Risk.REVERSIBLE, (Slot("text"),)),
        ActionSpec("click", "", Risk.REVERSIBLE, (Slot("target", "target"),)),
        ActionSpec("send", "", Risk.OUTWARD),
        ActionSpec("look", "", Risk.LOOK),
        ActionSpec("confirm", "", Risk.LOOK),
        ActionSpec("undo", "", Risk.REVERSIBLE),
    )
}
HEARD = {"text": Argument("hello", "user")}
READ = {"text": Argument("bye", "screen")}


@dataclass
class Bench:
    """A judge whose licence knows an action by its name, and notes what it was shown."""

    rules: tuple[Rule, ...] = ()
    focus: Focus | None = None
    now_ns: int = 0
    shown: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sources = Sources()
        surroundings = Surroundings(focus=lambda: self.focus, secret=lambda window: window == 13)
        self.judge = Judge(self.sources, self.licence, self.rules, surroundings, lambda: self.now_ns)
        self.actions = 0

    def licence(self, words: Sequence[str], finished: bool) -> frozenset[str]:
        self.shown.append((" ".join(words), finished))
        return frozenset(words) & SPECS.keys()

    def say(self, words: str, *, paused: bool = True) -> None:
        if not self.sources.utterance.open:
            self.sources.add(Event(0, Channel.USER, Opened(Opening.HOLD), Origin.USER))
        for word in words.split():
            self.sources.add(Event(0, Channel.USER, Word(word), Origin.USER))
        if paused:
            self.sources.add(Event(0, Channel.USER, Pause(), Origin.USER))

    def close(self) -> None:
        self.sources.add(Event(0, Channel.USER, ChannelClosed(), Origin.USER))

    def action(self, name: str) -> Action:
        self.actions += 1
        utterance = self.sources.utterance
        said = (utterance.first_word, self.sources.word_count)
        finished = not self.sources.in_sentence
        return Action(self.actions, name, {}, 0, utterance.number, words=said, finished=finished)

    def ruling(self, name: str, arguments: dict[str, Argument] | None = None) -> Ruling:
        return self.verdict(self.action(name), arguments or {}).decision

    def verdict(self, action: Action, arguments: dict[str, Argument]) -> Verdict:
        return self.judge(SPECS[action.name], action, arguments, {})


def test_what_the_words_do_not_ask_for_is_asked_about_or_refused() -> None:
    bench = Bench()
    bench.say("please type hello")
    assert bench.ruling("type", HEARD) is Ruling.ALLOW
    assert bench.ruling("click") is Ruling.ASK
    assert bench.ruling("send") is Ruling.NEVER
    assert bench.ruling("undo") is Ruling.ASK
    assert bench.ruling("look") is Ruling.ALLOW
    assert bench.ruling("confirm") is Ruling.ALLOW


def test_the_licence_sees_the_words_and_whether_the_user_paused() -> None:
    bench = Bench()
    bench.say("type", paused=False)
    bench.ruling("type", HEARD)
    bench.say("hello")
    bench.ruling("type", HEARD)
    bench.say("again", paused=False)
    bench.close()
    bench.ruling("type", HEARD)
    assert bench.shown[0] == ("type", False)
    assert ("type hello", True) in bench.shown
    assert ("type hello again", True) in bench.shown


def test_what_answers_only_the_rest_of_a_sentence_does_not_break_it_in_two() -> None:
    """Else a mind could have single words judged, each of which may be anything."""
    bench = Bench()
    bench.say("hello")
    assert bench.ruling("click") is Ruling.ASK
    bench.say("click")
    bench.shown.clear()
    bench.ruling("click")
    assert bench.shown == [("hello click", True)]
    bench.say("send")
    bench.shown.clear()
    bench.ruling("send")
    assert [words for words, _ in bench.shown] == ["hello click send"]


def test_behind_what_was_done_new_words_are_judged_by_themselves_as_well() -> None:
    bench = Bench()
    bench.say("click it")
    assert bench.ruling("click") is Ruling.ALLOW
    bench.say("now type hello")
    bench.shown.clear()
    bench.judge(replace(SPECS["type"], name="other"), bench.action("type"), HEARD, {})
    assert [words for words, _ in bench.shown] == ["click it now type hello", "now type hello"]


def test_a_yes_said_in_the_middle_of_other_words_changes_nothing() -> None:
    bench = Bench()
    bench.say("click it")
    asked = bench.action("click")
    bench.say("yes", paused=False)
    assert bench.verdict(asked, {}).decision is Ruling.ALLOW
    assert bench.shown[-1] == ("click it", True)


def test_a_yes_to_one_foreign_text_is_none_to_another() -> None:
    bench = Bench((Rule(Ruling.ASK, "Ask me first."),))
    bench.say("type that")
    bench.judge.approved(bench.verdict(bench.action("type"), READ))
    assert bench.ruling("type", READ) is Ruling.ALLOW
    assert bench.ruling("type", {"text": Argument("rm", "screen")}) is Ruling.ASK


def test_the_same_words_set_only_so_many_actions_going() -> None:
    bench = Bench()
    bench.say("type hello")
    assert [bench.ruling("type", HEARD) for _ in range(4)] == [Ruling.ALLOW] * 3 + [Ruling.NEVER]
    bench.say("type hello")
    assert bench.ruling("type", HEARD) is Ruling.ALLOW


def test_foreign_words_need_to_be_pointed_at_but_not_to_be_clicked() -> None:
    bench = Bench()
    bench.say("type hello then click something")
    assert bench.ruling("type", READ) is Ruling.ASK
    assert bench.ruling("click", {"target": Argument("Save as", "screen")}) is Ruling.ALLOW
    bench.say("and type that")
    assert bench.ruling("type", READ) is Ruling.ALLOW


def test_a_yes_holds_for_what_is_like_it_and_for_a_while() -> None:
    careful = Rule(Ruling.ASK, "Ask me first.", actions=("type",))
    bench = Bench((careful,), Focus(1, "", "editor"))
    bench.say("type that")
    first = bench.verdict(bench.action("type"), READ)
    assert first.decision is Ruling.ASK
    bench.judge.approved(first)
    again = bench.verdict(bench.action("type"), READ)
    assert (again.decision, again.reason) == (Ruling.ALLOW, SAID_YES)
    assert bench.ruling("type", HEARD) is Ruling.ASK
    bench.focus = Focus(1, "", "browser")
    assert bench.ruling("type", READ) is Ruling.ASK
    bench.focus, bench.now_ns = Focus(1, "", "editor"), FOR_A_WHILE_NS
    assert bench.ruling("type", READ) is Ruling.ASK


def test_a_yes_to_what_reaches_out_or_was_not_asked_for_is_not_kept() -> None:
    bench = Bench()
    bench.say("send it")
    sending = bench.verdict(bench.action("send"), {})
    unasked = bench.verdict(bench.action("click"), {})
    for verdict in (sending, unasked):
        assert verdict.decision is Ruling.ASK
        bench.judge.approved(verdict)
    assert bench.ruling("send") is Ruling.ASK
    assert bench.ruling("click") is Ruling.ASK


def test_passwords_are_never_typed() -> None:
    bench = Bench(focus=Focus(13, "", "browser"))
    bench.say("type hello")
    verdict = bench.judge(replace(SPECS["type"], name="type_text"), bench.action("type"), HEARD, {})
    assert verdict.decision is Ruling.NEVER


def test_a_lost_display_is_for_the_action_to_find() -> None:
    def lost() -> Focus | None:
        raise DeviceLost("The display is gone.")

    sources = Sources()
    sources.add(Event(0, Channel.USER, Opened(Opening.HOLD), Origin.USER))
    judge = Judge(sources, surroundings=Surroundings(focus=lost))
    assert judge(SPECS["type"], Action(1, "type", {}, 0, 1), HEARD, {}).decision is Ruling.ALLOW


def test_what_a_language_model_wrote_is_foreign_though_it_be_clicked() -> None:
    bench = Bench()
    bench.say("click submit")
    other = {"target": Argument("Delete account", "screen")}
    assert bench.ruling("click", other) is Ruling.ALLOW
    written = replace(bench.action("click"), id=-1)
    assert bench.verdict(written, other).decision is Ruling.ASK
    assert bench.verdict(written, {"target": Argument("submit", "screen")}).decision is Ruling.ALLOW


def test_looking_takes_no_action_from_the_words() -> None:
    bench = Bench()
    bench.say("look and type hello")
    assert [bench.ruling("look") for _ in range(5)] == [Ruling.ALLOW] * 5
    assert [bench.ruling("type", HEARD) for _ in range(4)] == [Ruling.ALLOW] * 3 + [Ruling.NEVER]


def test_what_was_composed_is_asked_about_where_it_would_be_typed_or_opened() -> None:
    shipped = load_rules(resources.ROOT / "policy.toml", shipped_catalogue())
    for name, slot in (("type_text", "text"), ("click", "target"), ("open_app", "name"), ("open_url", "url")):
        spec = shipped_catalogue()[name]
        verdict = judge(spec, {slot: Argument("anything", "composed")}, Situation(authority=True), shipped)
        assert verdict.decision is Ruling.ASK, name
