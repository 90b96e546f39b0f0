"""Hypothesis strategies for the stream's values, from the types themselves: a new kind of event is drawn at once."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from model.stream.values import (
    INPUTS,
    Call,
    Channel,
    Data,
    Event,
    Fill,
    Gesture,
    Go,
    Item,
    Origin,
    Seen,
    Span,
    Step,
    Tick,
    Token,
)

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
"""Any text but lone surrogates, which no sense can produce and no file can hold."""

st.register_type_strategy(str, TEXTS)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))

TIMES_NS = st.integers(min_value=0, max_value=2**60)
DATA = st.one_of(*(st.builds(kind) for kind in get_args(Data)))
EVENTS = st.builds(Event, TIMES_NS, st.sampled_from(INPUTS), DATA, st.sampled_from(Origin))

TICKS = st.builds(Tick, st.integers(0, 2**31), TIMES_NS, st.floats(0, 1e6))
TOKENS = st.builds(Token, st.integers(0, 60_000), TEXTS)
ITEMS = st.builds(Item)
ITEMS_SEEN = st.dictionaries(st.sampled_from((Channel.SCREEN, Channel.CLIPBOARD, Channel.OUTCOME)), ITEMS)
ACTION_TOKENS = st.one_of(st.builds(Call), st.builds(Fill), st.builds(Go))

STEPS = st.builds(
    Step,
    seen=st.builds(
        Seen, tick=TICKS, user=st.none() | TOKENS, tone=st.integers(0, 255), self_=st.none() | TOKENS, items=ITEMS_SEEN
    ),
    thought=st.none() | TOKENS,
    speech=st.none() | TOKENS | st.builds(Span),
    action=st.none() | ACTION_TOKENS,
    gesture=st.none() | st.builds(Gesture),
    surprise=st.dictionaries(st.sampled_from(INPUTS), st.floats(0, 100)),
)
