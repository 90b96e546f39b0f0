"""What the reflex learns to point at must be what the hands can read."""

import random

import pytest

from actions.arguments import Unreadable, read
from model.training.compose import compose, disturb
from model.training.phrases import shipped_phrases


@pytest.mark.parametrize(
    ("action", "slot"),
    [("press_keys", "keys"), ("set_timer", "duration"), ("click", "count"), ("click", "button"), ("scroll", "amount")],
)
def test_arguments_of_composed_requests_can_be_read(action: str, slot: str):
    rng = random.Random(9)
    spec = shipped_phrases().catalogue[action].slot(slot)
    assert spec is not None
    said = {request.argument(slot) for _ in range(500) if slot in (request := disturb(compose(rng, action), rng)).spans}
    assert len(said) >= 3
    assert [text for text in said if isinstance(read(spec.kind, text or ""), Unreadable)] == []


@pytest.mark.parametrize(("action", "slot"), [("open_url", "url"), ("scroll", "direction")])
def test_nearly_all_addresses_and_directions_can_be_read(action: str, slot: str):
    rng = random.Random(9)
    spec = shipped_phrases().catalogue[action].slot(slot)
    assert spec is not None
    said = [request.argument(slot) or "" for _ in range(500) if (request := disturb(compose(rng, action), rng))]
    unreadable = [text for text in said if isinstance(read(spec.kind, text), Unreadable)]
    assert len(unreadable) < 0.1 * len(said), unreadable[:10]
