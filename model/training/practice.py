"""Requests of people as practice: what an action that no plugin has would do for them, were it installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from model.reflex.mind import action_vectors
from model.training.compose import Request
from model.training.lessons import Parts, kept_back

SERVED, DOUBTFUL, MARGIN = 0.6, 0.45, 0.08
"""Cosines between a request and what an action is described as: from the first on the action serves it, if the next is
farther by the third; from the second on it may."""
BATCH = 64


def practised(human: Sequence[Request], parts: Parts) -> tuple[list[Request], list[Request]]:
    """Which of the requests for the language model actions of practice would serve, now asking for these; and those
    that remain. What is doubtful is in neither; what is measured by remains."""
    actions = action_vectors(parts.catalogue, parts.symbols, parts.items).actions[parts.n_learned :]
    names = parts.symbols.actions[parts.n_learned :]
    asked = [n for n, request in enumerate(human) if request.action == "think" and not kept_back(request)]
    serving: list[Request] = []
    gone: set[int] = set()
    for start in range(0, len(asked), BATCH):
        some = asked[start : start + BATCH]
        nearest, which = (parts.items.encode([human[n].text for n in some]) @ actions.T).topk(2)
        for n, (first, second), best in zip(some, nearest.tolist(), which[:, 0].tolist(), strict=True):
            if first >= DOUBTFUL:
                gone.add(n)
            if first >= SERVED and first - second >= MARGIN:
                serving.append(replace(human[n], action=names[best], spans={}))
    return serving, [request for n, request in enumerate(human) if n not in gone]
