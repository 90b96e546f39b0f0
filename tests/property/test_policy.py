"""The policy, over every combination."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actions.denials import GATES, LOGS_OUT, RUN_DIALOGS, TERMINALS
from actions.hands import Focus
from actions.policy import Rule, Ruling, Situation, judge
from model.stream.values import ActionSpec, Argument, Channel, Risk

apps = st.sampled_from(["", "firefox", "ambidex", *sorted(TERMINALS | GATES | RUN_DIALOGS)])
names = st.sampled_from(["type_text", "press_keys", "paste", "cut", "send_mail", "click"])
specs = st.builds(ActionSpec, names, st.text(), st.sampled_from(Risk))
arguments = st.dictionaries(
    st.text(min_size=1), st.builds(Argument, st.text(), st.sampled_from([*Channel, "composed"])), max_size=4
)
chords = st.sampled_from(["enter", "ctrl+c", "ctrl+v", "ctrl+d", "shift+delete", *sorted(LOGS_OUT)])
focuses = st.none() | st.builds(Focus, st.just(1), st.sampled_from(["", "Run", "Notes"]), apps)
values = st.just({}) | st.builds(lambda keys: {"keys": keys}, chords)
situations = st.builds(Situation, st.booleans(), st.booleans(), st.booleans(), focuses, st.booleans(), values)
rules = st.lists(
    st.builds(
        Rule,
        st.sampled_from(Ruling),
        st.just("So it was decided."),
        st.frozensets(st.sampled_from(Risk)),
        st.lists(names, max_size=1).map(tuple),
        st.frozensets(st.sampled_from([*Channel, "composed"]), max_size=2),
        st.lists(apps, max_size=1).map(tuple),
    ),
    max_size=3,
)


@given(specs, arguments, situations, rules)
def test_what_nobody_asked_for_never_runs(
    spec: ActionSpec, given_: dict[str, Argument], situation: Situation, more: list[Rule]
) -> None:
    if not situation.authority:
        assert judge(spec, given_, situation, more).decision is Ruling.NEVER


@given(specs, arguments)
def test_without_rules_only_what_can_be_taken_back_runs_unasked(spec: ActionSpec, given_: dict[str, Argument]) -> None:
    verdict = judge(spec, given_, Situation(authority=True))
    assert (verdict.decision is Ruling.ALLOW) == (spec.risk in (Risk.LOOK, Risk.REVERSIBLE))
    assert (verdict.decision is Ruling.ASK) == (spec.risk in (Risk.OUTWARD, Risk.DESTRUCTIVE))


@given(specs, arguments, situations, rules)
def test_what_the_words_do_not_license_never_runs_unasked(
    spec: ActionSpec, given_: dict[str, Argument], situation: Situation, more: list[Rule]
) -> None:
    verdict = judge(spec, given_, situation, more)
    if spec.risk is not Risk.LOOK and not situation.licensed:
        assert verdict.decision is not Ruling.ALLOW
        assert spec.risk is Risk.REVERSIBLE or verdict.decision is Ruling.NEVER


@given(specs, arguments, situations, rules)
def test_no_rule_lets_a_foreign_word_into_a_terminal_or_a_key_end_the_session(
    spec: ActionSpec, given_: dict[str, Argument], situation: Situation, more: list[Rule]
) -> None:
    verdict = judge(spec, given_, situation, more)
    foreign = any(argument.provenance != Channel.USER for argument in given_.values())
    app = situation.focus.app if situation.focus else ""
    if spec.name in ("type_text", "press_keys", "paste", "cut") and situation.focus:
        if app in TERMINALS | RUN_DIALOGS and (foreign or spec.name == "paste"):
            assert verdict.decision is Ruling.NEVER
        if app in GATES | {"ambidex"} or situation.secret:
            assert verdict.decision is Ruling.NEVER
    if spec.name == "press_keys" and situation.values.get("keys") in LOGS_OUT:
        assert verdict.decision is Ruling.NEVER


@given(specs, arguments, situations, rules)
def test_one_yes_is_enough_only_for_what_can_be_taken_back(
    spec: ActionSpec, given_: dict[str, Argument], situation: Situation, more: list[Rule]
) -> None:
    verdict = judge(spec, given_, situation, more)
    if verdict.decision is Ruling.ASK and verdict.for_a_while:
        assert spec.risk in (Risk.LOOK, Risk.REVERSIBLE)
        assert situation.licensed or spec.risk is Risk.LOOK


@given(arguments)
def test_what_is_asked_about_says_which_words_are_not_the_users(given_: dict[str, Argument]) -> None:
    reason = judge(ActionSpec("send", "", Risk.OUTWARD), given_, Situation(authority=True)).reason
    for slot, argument in given_.items():
        told = "is my own" if argument.provenance == "composed" else f"comes from the {argument.provenance}"
        assert (f"The {slot} {told}." in reason) or argument.provenance == Channel.USER


@given(specs, arguments, situations, rules, st.text())
def test_the_text_of_an_argument_changes_nothing(
    spec: ActionSpec, given_: dict[str, Argument], situation: Situation, more: list[Rule], text: str
) -> None:
    other = {slot: Argument(text, argument.provenance) for slot, argument in given_.items()}
    assert judge(spec, given_, situation, more) == judge(spec, other, situation, more)
