"""Style tokens: on the speech channel they stand before the words that are to be said in that manner."""

from __future__ import annotations

from collections.abc import Mapping

from model.stream.values import Manner, Status, Token

_FIRST_ID = 1 << 20
"""Above every vocabulary, so that a style token is never taken for a word, whichever mind writes it."""

_BY_ID: Mapping[int, Manner] = dict(enumerate(Manner, start=_FIRST_ID))
_TOKENS: Mapping[Manner, Token] = {manner: Token(number, f"<{manner}>") for number, manner in _BY_ID.items()}

OF_OUTCOME: Mapping[str, Manner] = {
    Status.FIRED.value: Manner.BRIGHT,
    Status.ASKS.value: Manner.CALM,
    Status.REFUSED.value: Manner.CALM,
    Status.FAILED.value: Manner.CALM,
}
"""How an outcome is told where the mind does not choose: an alarm should be noticed, bad news stay calm."""


def style_token(manner: Manner) -> Token:
    return _TOKENS[manner]


def manner_of(token: Token) -> Manner | None:
    """None if it is no style token."""
    return _BY_ID.get(token.id)
