"""Rules from files, what is never done, and what the user's words license."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.denials import denied, untouchable
from actions.hands import Focus
from actions.licence import points
from actions.policy import Rule, Ruling, Situation, judge
from actions.rules import load_rules
from desktop.minds import POLICY, shipped_catalogue
from model.stream.errors import BadSettings
from model.stream.values import ActionSpec, Argument, Risk

XTERM = Focus(1, "root@here", "xterm")
EDITOR = Focus(2, "Notes", "gedit")
HEARD, READ = {"text": Argument("ls", "user")}, {"text": Argument("ls", "screen")}
ACTIONS = ("type_text", "press_keys", "home_on", "home_off")


def never(name: str, arguments: dict[str, Argument], focus: Focus, keys: str = "", secret: bool = False) -> str:
    return denied(name, arguments, {"keys": keys} if keys else {}, focus, secret)


@pytest.mark.parametrize(
    ("name", "arguments", "focus", "keys", "why"),
    [
        ("type_text", READ, XTERM, "", "terminal"),
        ("type_text", READ, Focus(3, "Run Program...", "openbox"), "", "terminal"),
        ("paste", {}, XTERM, "", "terminal"),
        ("press_keys", HEARD, XTERM, "ctrl+shift+v", "terminal"),
        ("press_keys", HEARD, XTERM, "ctrl+d", "session"),
        ("press_keys", HEARD, EDITOR, "ctrl+alt+delete", "session"),
        ("press_keys", HEARD, EDITOR, "ctrl+alt+f2", "session"),
        ("press_keys", HEARD, EDITOR, "tab shift+delete", "erases"),
        ("type_text", HEARD, Focus(4, "Ambidex", "ambidex"), "", "my own windows"),
        ("type_text", HEARD, Focus(5, "Authenticate", "lxpolkit"), "", "asks you"),
        ("press_keys", HEARD, Focus(6, "Privacy", "gnome-control-center"), "enter", "privacy"),
    ],
)
def test_what_is_never_done(name: str, arguments: dict[str, Argument], focus: Focus, keys: str, why: str) -> None:
    assert why in never(name, arguments, focus, keys)


@pytest.mark.parametrize(
    ("name", "arguments", "focus", "keys"),
    [
        ("type_text", HEARD, XTERM, ""),
        ("press_keys", HEARD, XTERM, "enter"),
        ("press_keys", HEARD, EDITOR, "ctrl+d"),
        ("press_keys", HEARD, EDITOR, "ctrl+v"),
        ("paste", {}, EDITOR, ""),
        ("type_text", READ, EDITOR, ""),
        ("type_text", HEARD, Focus(7, "Sound", "gnome-control-center"), ""),
        ("type_text", READ, Focus(8, "Running shoes", "firefox"), ""),
    ],
)
def test_what_is_not_forbidden(name: str, arguments: dict[str, Argument], focus: Focus, keys: str) -> None:
    assert never(name, arguments, focus, keys) == ""


def test_a_field_for_passwords_is_left_alone_even_with_the_users_words() -> None:
    assert "passwords" in never("type_text", HEARD, EDITOR, secret=True)
    assert never("type_text", HEARD, EDITOR) == ""


def test_windows_that_ask_the_user_are_not_clicked() -> None:
    assert untouchable(Focus(1, "", "polkit-gnome-authentication-agent-1"))
    assert not untouchable(EDITOR)


@pytest.mark.parametrize(
    ("words", "text", "pointing"),
    [
        ("type hello world", "rm -rf", False),
        ("open the calculator", "xterm", False),
        ("type that", "rm -rf", True),
        ("copy the number", "482 913", True),
        ("type what is on the clipboard", "482 913", True),
        ("copy moonkart season pass", "Moonkart Season Pass", True),
        ("copy moonkart", "Moonkart Season Pass", False),
        ("type hello", ";|& $()", False),
    ],
)
def test_whether_words_point_at_what_is_there(words: str, text: str, pointing: bool) -> None:
    assert points(words.split(), [text]) is pointing


def test_foreign_words_that_nothing_points_at_are_asked_about() -> None:
    spec = ActionSpec("type_text", "", Risk.REVERSIBLE)
    verdict = judge(spec, READ, Situation(True, points=False))
    assert verdict.decision is Ruling.ASK
    assert "The text comes from the screen." in verdict.reason
    assert judge(spec, HEARD, Situation(True, points=False)).decision is Ruling.ALLOW


def test_the_users_rules_come_before_those_that_ship(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        '[[rule]]\nruling = "never"\nbecause = "Not at work."\naction = "home_*"\napp = ["Slack*"]\n'
        '\n[[rule]]\nruling = "ask"\nbecause = "Let me see."\nfrom = "screen"\nrisk = ["look", "reversible"]\n'
    )
    first, second = load_rules(path, ACTIONS)
    assert first == Rule(Ruling.NEVER, "Not at work.", actions=("home_*",), apps=("slack*",))
    assert second.risks == {Risk.LOOK, Risk.REVERSIBLE}
    slack = Situation(True, focus=Focus(1, "", "slack-desktop"))
    home, text = ActionSpec("home_on", "", Risk.REVERSIBLE), ActionSpec("type_text", "", Risk.REVERSIBLE)
    allow_all = Rule(Ruling.ALLOW, "All is well.")
    assert judge(home, {}, slack, (first, allow_all)).reason == "Not at work."
    assert judge(home, {}, Situation(True), (first, allow_all)).decision is Ruling.ALLOW
    assert judge(text, READ, Situation(True), (second,)).decision is Ruling.ASK
    assert judge(text, HEARD, Situation(True), (second,)).decision is Ruling.ALLOW


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ('[[rule]]\nruling = "maybe"\nbecause = "x"', 'line 1: write ruling = "allow", "ask" or "never"'),
        ('\n[[rule]]\nruling = "ask"', "line 2: say why"),
        ('[[rule]]\nruling = "ask"\nbecause = "x"\nrisky = "look"', "a rule has no risky. Did you mean risk?"),
        ('[[rule]]\nruling = "ask"\nbecause = "x"\nrisk = "huge"', "no risk huge. There are look"),
        ('[[rule]]\nruling = "ask"\nbecause = "x"\naction = "type_txt"', "Did you mean type_text?"),
        ('[[rule]]\nruling = "ask"\nbecause = "x"\nfrom = ["web"]', "nothing comes from web"),
        ('[[rule]]\nruling = "ask"\nbecause = "x"\napp = 3', "app is a text in quotation marks or a list"),
        ("[[rule]\n", "is not TOML.*line 1.*Mend that line"),
        ('[rule]\nruling = "ask"', "begin each with a line"),
        ('rules = []\n[[rule]]\nruling = "ask"\nbecause = "x"', "begin each with a line"),
    ],
)
def test_a_wrong_rule_is_a_sentence_with_its_line_and_a_cure(tmp_path: Path, text: str, cure: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    with pytest.raises(BadSettings, match=cure):
        load_rules(path, ACTIONS)


def test_no_file_no_rules_and_those_that_ship_can_be_read(tmp_path: Path) -> None:
    assert load_rules(tmp_path / "none.toml", ACTIONS) == ()
    assert load_rules(POLICY, shipped_catalogue())


def test_keys_that_somebody_else_wrote_are_asked_about() -> None:
    rules = load_rules(POLICY, shipped_catalogue())
    keys = {"keys": Argument("alt f4", "screen")}
    assert judge(shipped_catalogue()["press_keys"], keys, Situation(True), rules).decision is Ruling.ASK
