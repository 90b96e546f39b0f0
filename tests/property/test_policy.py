"""The policy, over every combination."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actions.policy import Ruling, judge
from model.stream.values import ActionSpec, Argument, Channel, Risk

specs = st.builds(ActionSpec, st.text(), st.text(), st.sampled_from(Risk))
arguments = st.dictionaries(
    st.text(min_size=1), st.builds(Argument, st.text(), st.sampled_from([*Channel, "composed"])), max_size=4
)


@given(specs, arguments)
def test_what_nobody_asked_for_never_runs(spec: ActionSpec, given_: dict[str, Argument]) -> None:
    assert judge(spec, given_, authority=False).decision is Ruling.NEVER


@given(specs, arguments)
def test_only_what_can_be_taken_back_runs_unasked(spec: ActionSpec, given_: dict[str, Argument]) -> None:
    verdict = judge(spec, given_, authority=True)
    assert (verdict.decision is Ruling.ALLOW) == (spec.risk in (Risk.LOOK, Risk.REVERSIBLE))
    assert (verdict.decision is Ruling.ASK) == (spec.risk in (Risk.OUTWARD, Risk.DESTRUCTIVE))


@given(arguments)
def test_what_is_asked_about_says_which_words_are_not_the_users(given_: dict[str, Argument]) -> None:
    reason = judge(ActionSpec("send", "", Risk.OUTWARD), given_, authority=True).reason
    for slot, argument in given_.items():
        assert (f"The {slot} comes from the {argument.provenance}." in reason) or argument.provenance == Channel.USER


@given(specs, arguments, st.text())
def test_the_text_of_an_argument_changes_nothing(spec: ActionSpec, given_: dict[str, Argument], text: str) -> None:
    other = {slot: Argument(text, argument.provenance) for slot, argument in given_.items()}
    assert judge(spec, given_, authority=True) == judge(spec, other, authority=True)
