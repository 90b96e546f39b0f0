"""Style tokens are told from words."""

from model.stream.manners import manner_of, style_token
from model.stream.values import Manner, Token


def test_a_style_token_leads_back_to_its_manner() -> None:
    assert [manner_of(style_token(manner)) for manner in Manner] == list(Manner)
    assert style_token(Manner.WHISPER).text == "<whisper>"


def test_no_word_is_taken_for_one() -> None:
    assert manner_of(Token(5, "<whisper>")) is None
