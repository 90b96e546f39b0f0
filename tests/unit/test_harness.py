"""The harness holds tests to what it says it does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.virtual import VirtualDesktop
from tests.program import AMBIDEX, Ambidex

pytest_plugins = ["pytester"]

TEST = """
import logging
from tests.conftest import announce

def test_it({fixtures}):
    {body}
"""


@pytest.mark.parametrize(
    ("body", "passed", "errors"),
    [
        ("logging.getLogger('x').info('all is well')", 1, 0),
        ("logging.getLogger('x').warning('the screen is gone')", 1, 1),
        ("announce('screen is gone'); logging.getLogger('x').warning('the screen is gone')", 1, 0),
        ("announce('screen is gone'); logging.getLogger('x').error('the voice is gone')", 1, 1),
    ],
)
def test_an_unannounced_warning_fails_a_test(
    pytester: pytest.Pytester, announce: Callable[[str], None], body: str, passed: int, errors: int
):
    announce("the (screen|voice) is gone")  # the inner test's lines are heard out here as well
    pytester.makepyfile(TEST.format(fixtures="announce", body=body))
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=passed, errors=errors)


def test_an_unannounced_log_line_of_the_program_is_found(tmp_path: Path):
    with VirtualDesktop(screen=False, sound=False) as desktop:
        program = Ambidex(desktop, tmp_path)
        program.program = desktop.watch("sh", "-c", "echo INFO x: fine; echo WARNING x: gone; echo ERROR y: lost")
        program.program.wait_for("ERROR", 5)
        program.expect("WARNING x: gone")
        assert program.unexpected == ["ERROR y: lost"]


def test_the_program_under_test_is_the_one_of_this_environment():
    assert Path(AMBIDEX).exists()
