"""Whether a person pressed: what is told without a display. With one, see the overlay's own tests."""

import gc

import pytest

from desktop.presses import Presses


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Xlib leaves the socket it tried open
def test_where_it_cannot_be_told_nobody_pressed() -> None:
    presses = Presses(":4242")
    assert not presses.last_by_person()
    presses.watch(True)
    assert not presses.last_by_person()
    presses.watch(False)
    gc.collect()  # here, and not in the middle of another test
