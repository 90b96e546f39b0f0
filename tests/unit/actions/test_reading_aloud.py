"""What is said for what is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from actions.reading_aloud import MAX_PIECE_WORDS, pieces, written_words
from actions.spoken_forms import MAX_WORD_CHARACTERS, spoken

CASES: Mapping[str, Sequence[tuple[str, str]]] = {
    "words": [
        ("hello", "hello"), ("it's", "it's"), ("Done.", "Done."), ("either/or", "either/or"),
        ("first-class", "first-class"),
        ("word(s)", "words"), ("IMPORTANT", "IMPORTANT"), ("=====", ""), ("---", ","), ("…", "…"), ("ok…", "ok…"),
    ],
    "numbers": [
        ("1,234.56", "1,234.56"), ("3.14", "3.14"), ("3rd", "3rd"), ("-5", "minus 5"), ("in 1984,", "in 19 84,"),
        ("since 2026", "since 20 26"), ("in 1905", "in 19 oh 5"), ("1984 apples", "1984 apples"), ("1990s", "19 90s"),
        ("3-5", "3 to 5"), ("10–20%", "10 to 20 percent"), ("1990-1995", "19 90 to 19 95"), ("1/2", "one half"),
        ("5 - 3", "5 minus 3"), ("~5", "about 5"), ("<5", "less than 5"), ("1920x1080", "1920 by 1080"),
        ("50%", "50 percent"), ("5 %.", "5 percent."), ("#5", "number 5"),
    ],
    "dates and times": [
        ("2026-11-25", "November 25th, 20 26"), ("2026-11-25T14:30:00Z", "November 25th, 20 26, 14 30"),
        ("2026-13-45", "2 0 2 6, 1 3, 4 5"), ("11/25/2026", "November 25th, 20 26"),
        ("25.11.2026", "November 25th, 20 26"),
        ("14:30", "14 30"), ("9:05pm", "9 oh 5 p m"), ("14:00.", "14 o'clock."), ("2pm", "2 p m"), ("25:99", "25:99"),
        ("10:00-17:30", "10 o'clock to 17 30"),
    ],
    "money and units": [
        ("$3.50", "3 dollars 50"), ("€20", "20 euros"), ("20€,", "20 euros,"), ("$1", "1 dollar"),
        ("$0.99", "99 cents"),
        ("$3.5M", "3.5 million dollars"), ("$5 million", "5 million dollars"), ("¥500", "500 yen"),
        ("5 km", "5 kilometers"), ("3GB", "3 gigabytes"), ("1 km", "1 kilometer"), ("the km", "the km"),
        ("20°C", "20 degrees Celsius"), ("5 km/h", "5 kilometers per hour"), ("80 ms.", "80 milliseconds."),
    ],
    "versions and machines": [
        ("1.2.3", "1 point 2 point 3"), ("v2.0", "version 2 point 0"), ("version v2.0", "version 2 point 0"),
        ("192.168.0.1", "192 dot 168 dot 0 dot 1"), ("10.0.0.1:8080", "10 dot 0 dot 0 dot 1 port 8080"),
        ("+49-30-1234567", "plus 4 9, 3 0, 1 2 3 4 5 6 7"), ("(555)123-4567", "5 5 5, 1 2 3, 4 5 6 7"),
        ("555-1234", "5 5 5, 1 2 3 4"),
    ],
    "addresses": [
        ("https://github.com/torch/a-b?x=1#top,", "github dot com slash torch slash a dash b,"),
        ("https://github.com/ambidex", "github dot com slash ambidex"), ("github.com", "github dot com"),
        ("https://a.org/b/c/d/e/f", "a dot org slash b slash c slash d and so on"),
        ("https://a.org/3f2a9bc01d2e/x", "a dot org slash x"), ("https://me:pw@a.org", "a dot org"),
        ("http://localhost:3000/x", "localhost port 3000 slash x"), ("www.example.org/", "www dot example dot org"),
        ("jane.doe@example.org", "jane dot doe at example dot org"),
        ("/usr/lib/cups", "slash usr slash lib slash cups"), ("~/notes.txt", "home slash notes dot txt"),
        ("C:\\Users\\a.txt", "C colon backslash Users backslash a dot txt"), ("report.pdf", "report dot pdf"),
    ],
    "code": [
        ("ctrl+shift+T", "control shift T"), ("my_long_name", "my long name"),
        ("getElementById()", "get Element By Id"),
        ("HTTPServer", "HTTP Server"), ("self.name", "self dot name"), ("print(x)", "print x"),
        ("foo(bar)[0];", "foo bar 0;"), ("x=5", "x equals 5"), ("a==b", "a equals b"), ("i++", "i plus plus"),
        ("x != y", "x is not y"), ("x * 2", "x times 2"), ("->", "arrow"), ("--dry-run", "dash dash dry run"),
        ("C++", "C plus plus"), ("0x1F", "hex 1 F"), ("#ff8800", "color F F 8 8 0 0"), ("@anna", "at anna"),
    ],
    "codes": [
        ("3f2a9bc", "3 F 2 A 9 B C"), ("d41d8cd98f00b204e9800998ecf8427e", "a long code ending in 2 7 E"),
        ("550e8400-e29b-41d4-a716-446655440000.", "a long code ending in 0 0 0."),
        ("1234567890123456", "a long number ending in 4 5 6"),
    ],
    "markup": [
        ("**bold**,", "bold,"), ("*both", "both"), ("~~gone~~", "gone"), ("`code`", "code"), ("<b>hi</b>", "hi"),
        ("[text](https://a.org)", "text"), ("[two words](https://a.org).", "two words."), ("&amp;", "&"),
        ("a | b", "a , b"), ("|---|---|", ""),
    ],
    "emoji": [("👍🏽", "👍"), ("❤️", "❤"), ("🎉🎉🎉", "🎉")],
    "abbreviations": [
        ("e.g. this", "for example this"), ("Dr. Smith", "doctor Smith"), ("etc. and", "et cetera and"),
        ("No. 5", "number 5"), ("No.", "No."), ("See p. 7", "See page 7"), ("at 5 p.m.", "at 5 p m."),
    ],
}  # fmt: skip


def read(text: str) -> str:
    return " ".join(said for piece in pieces(text) if (said := piece.spoken))


@pytest.mark.parametrize(("written", "said"), [case for cases in CASES.values() for case in cases])
def test_a_text_is_read_as_a_person_would(written: str, said: str) -> None:
    words = written.split()
    around = zip(words, ["", *words], [*words[1:], ""], strict=False)
    assert " ".join(filter(None, (spoken(*each) for each in around))) == said


def test_nobody_wants_to_hear_a_whole_key() -> None:
    said = spoken("a1" * 500)
    assert said.endswith("and so on")
    assert len(said) < MAX_WORD_CHARACTERS


def test_what_cannot_be_seen_is_not_said() -> None:
    assert written_words("a\x07b\x1b[0m \u200bc\td\n\ud800") == ["ab[0m", "c", "d"]


def test_a_text_is_cut_at_the_ends_of_its_sentences() -> None:
    assert [piece.spoken for piece in pieces('One two. "Three!" Four')] == ["One two.", '"Three!"', "Four"]


def test_a_text_without_sentences_is_cut_all_the_same() -> None:
    assert [len(piece.words) for piece in pieces("word " * 2 * MAX_PIECE_WORDS)] == [MAX_PIECE_WORDS] * 2


def test_a_spoken_character_leads_back_to_the_written_word() -> None:
    (piece,) = pieces("see my_file now")
    assert piece.spoken == "see my file now"
    assert [piece.words[piece.word_at(piece.spoken.index(said))] for said in ("see", "file", "now")] == [
        "see", "my_file", "now",
    ]  # fmt: skip


PAGE = """# Shopping list
Some wrapped
prose here

- milk & eggs
- bread

1. first
2. second

| Name | Price |
|------|-------|
| Milk | $3.50 |

```python
def main(x):
    return x
```
- [x] paid"""


def test_the_layout_of_a_page_is_heard_as_pauses_and_its_marks_not_at_all() -> None:
    assert [piece.spoken for piece in pieces(PAGE) if piece.spoken] == [
        "Shopping list.",
        "Some wrapped prose here.",
        "milk & eggs.",
        "bread.",
        "1, first.",
        "2, second.",
        "Name , Price ,",
        "Milk , 3 dollars 50 ,",
        "def main x:",
        "return x.",
        "done, paid",
    ]  # fmt: skip


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    assert [piece.spoken for piece in pieces("Dr. A. Smith, e.g. at 5 p.m. on Monday. Then etc. Next")] == [
        "doctor A. Smith, for example at 5 p m on Monday.", "Then et cetera.", "Next",
    ]  # fmt: skip


def test_every_script_is_a_piece_of_its_own() -> None:
    found = [(piece.script, piece.spoken) for piece in pieces("Anna wrote привет 3 мир and こんにちは世界 or 你好")]
    assert found == [
        ("latin", "Anna wrote"), ("cyrillic", "привет 3 мир"), ("latin", "and"), ("kana", "こんにちは世界"),
        ("latin", "or"), ("han", "你好"),
    ]  # fmt: skip


def test_the_first_piece_can_be_made_short() -> None:
    long = "the morning was cold and clear, and the people on the market were already talking " * 3
    first, second, *_ = pieces(long, opening_words=5)
    assert len(first.words) == 5
    assert len(second.words) > 5
    assert next(pieces("Well, yes, of course, but not today", opening_words=9)).spoken == "Well, yes, of course,"
