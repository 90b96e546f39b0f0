"""Every built-in action has an end-to-end test that asks for it in words and checks what came of it."""

from __future__ import annotations

import ast
from pathlib import Path

from desktop.minds import shipped_catalogue

E2E = Path(__file__).parents[1] / "e2e"


def covered() -> set[str]:
    """The arguments of every `covers(...)` among the end-to-end tests."""
    nodes = [node for path in E2E.glob("test_*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("covers")]
    return {argument.value for call in calls for argument in call.args if isinstance(argument, ast.Constant)}


def test_every_action_is_covered():
    assert set(shipped_catalogue()) - covered() == set()


def test_nothing_else_claims_to_be_covered():
    assert covered() - set(shipped_catalogue()) == set()
