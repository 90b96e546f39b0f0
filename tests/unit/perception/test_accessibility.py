"""Which program is asked what, and what is made of its answers; the bus is made up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from model.stream.errors import DeviceLost
from model.stream.values import Place
from perception.accessibility import AGAIN_AFTER_S, RECONNECT_S, SCROLLED_AFTER_S, Accessibility
from perception.atspi import Node, Programs, Question
from perception.merging import Told
from perception.windows import SeenWindow
from tests.unit.perception.programs import BUTTON, FIELD, FILLER, FRAME, LABEL, PASSWORD, MadeUpPrograms, Part

WINDOW = SeenWindow(Place(100, 100, 600, 400), "Form", "form", id_=5, pid=7)
SECRET = "hunter2"


def frame(*parts: Part) -> Part:
    return Part(FRAME, Place(98, 76, 604, 428), "Form", parts=list(parts))


def label(text: str, x_px: int = 120, y_px: int = 120) -> Part:
    return Part(LABEL, Place(x_px, y_px, 10 * len(text), 20), text)


def page(text: str, **more: bool) -> Part:
    """As Qt's: the text belongs to what is around the page that is hit."""
    place = Place(120, 200, 400, 200)
    return Part(FIELD, place, text=text, parts=[Part(FILLER, place)], **more)


def password(y_px: int = 160) -> Part:
    return Part(PASSWORD, Place(120, y_px, 200, 20), "Password", text=SECRET)


class Rig:
    def __init__(self, *parts: Part) -> None:
        self.now_s = 100.0
        self.n_connected = 0
        self.form = frame(*parts)
        self.programs = MadeUpPrograms(self.form)
        self.accessibility = Accessibility({}, lambda: self.now_s, self._connect)

    def _connect(self, env: object) -> Programs:
        self.n_connected += 1
        return self.programs  # pyright: ignore[reportReturnType]

    @contextmanager
    def used(self) -> Iterator[Accessibility]:
        with self.accessibility.used():
            self.accessibility.refresh([WINDOW])
            yield self.accessibility

    def told(self, x_px: int, y_px: int, width_px: int, on_top: int = 5) -> Told | None:
        """Of pixels that show a line there; letters are lower than the rows they stand in."""
        (told,) = self.accessibility.lines([Place(x_px, y_px + 4, width_px, 12)], lambda point: on_top)
        return told


def test_a_label_is_told_but_not_as_sure() -> None:
    rig = Rig(label("Save"))
    with rig.used():
        assert rig.told(120, 120, 40) == Told(("Save",), "label")


def test_a_line_of_text_at_its_place_is_sure() -> None:
    rig = Rig(page("first\n  second line\nthird"))
    with rig.used():
        assert rig.told(140, 220, 110) == Told(("second line",), "field", sure=True)


def test_a_line_of_which_less_is_seen_is_not_sure() -> None:
    rig = Rig(page("a very long line"))
    with rig.used():
        assert rig.told(140, 200, 60) == Told(("a very long line",), "field")


def test_a_text_that_knows_no_points_is_taken_as_a_whole() -> None:
    rig = Rig(page("first\nsecond", knows_points=False))
    with rig.used():
        assert rig.told(120, 220, 60) == Told(("first\nsecond",), "field")


def test_labels_read_as_one_line_are_told_in_order() -> None:
    rig = Rig(label("File", 120), label("Edit", 200), label("View", 280))
    with rig.used():
        assert rig.told(120, 120, 200) == Told(("File", "Edit", "View"))


def test_what_is_in_front_decides_who_is_asked() -> None:
    rig = Rig(label("Save"))
    with rig.used():
        asked = rig.programs.n_asked
        assert rig.told(120, 120, 40, on_top=6) is None
        assert rig.programs.n_asked == asked


def test_a_window_that_is_elsewhere_is_another_one() -> None:
    rig = Rig(label("Save"))
    with rig.accessibility.used():
        rig.accessibility.refresh([replace(WINDOW, place=Place(700, 100, 600, 400))])
        assert rig.told(120, 120, 40) is None


def test_another_process_is_not_believed() -> None:
    rig = Rig(label("Save"))
    rig.programs.pid = 8
    with rig.used():
        assert rig.told(120, 120, 40) is None


def test_a_hidden_window_is_not_asked_about() -> None:
    rig = Rig(label("Save"), password())
    with rig.accessibility.used():
        rig.accessibility.refresh([replace(WINDOW, hidden=True)])
        assert rig.told(120, 120, 40) is None


def test_a_password_field_is_hidden_above_its_window_and_below_the_next() -> None:
    rig = Rig(password())
    other = replace(WINDOW, id_=6, pid=9, title="Other")
    with rig.used() as accessibility:
        masked = accessibility.masked([WINDOW, other])
    assert masked == [WINDOW, SeenWindow(Place(120, 160, 200, 20), "", "", hidden=True), other]


def test_the_text_of_a_password_is_never_asked_for() -> None:
    rig = Rig(password(), page("other"))
    with rig.used():
        assert rig.told(120, 160, 70) == Told(secret=True)
        assert rig.told(120, 200, 50) == Told(("other",), "field", sure=True)
    assert rig.programs.asked_of == ["other"] * 3


def test_a_password_that_is_shown_stays_one_until_its_window_closes() -> None:
    field = password()
    rig = Rig(field)
    with rig.used() as accessibility:
        field.role = FIELD
        rig.programs.says = {":1.7"}
        rig.now_s += AGAIN_AFTER_S
        accessibility.refresh([WINDOW])
        assert rig.told(120, 160, 70) == Told(secret=True)
        assert len(accessibility.masked([WINDOW])) == 2
        accessibility.refresh([])
        accessibility.refresh([WINDOW])
        assert len(accessibility.masked([WINDOW])) == 1


def test_a_password_field_that_moves_takes_its_mask_along() -> None:
    field = password()
    rig = Rig(field)
    with rig.used() as accessibility:
        field.place = Place(120, 300, 200, 20)
        assert not accessibility.note_pixels([Place(900, 900, 10, 10)])  # another window
        assert accessibility.note_pixels([Place(120, 160, 20, 20)])
        assert accessibility.masked([WINDOW])[1].place == field.place


def test_what_has_a_name_is_found_where_it_is_and_on_top() -> None:
    save = Part(BUTTON, Place(300, 300, 24, 24), "Save")
    rig = Rig(save, Part(BUTTON, Place(400, 300, 24, 24)), password())
    with rig.used() as accessibility:
        (element,) = accessibility.named(WINDOW.place, lambda point: 5)
        assert (element.name, element.role, element.place) == ("Save", "button", save.place)
        assert accessibility.shows(element)
        assert accessibility.named(Place(0, 0, 200, 200), lambda point: 5) == []
        assert accessibility.named(WINDOW.place, lambda point: 6) == []
        rig.form.parts.append(label("in front of it", 280, 300))
        assert not accessibility.shows(element)


def test_a_window_is_gone_through_again_when_its_program_says_so_but_not_all_the_time() -> None:
    rig = Rig()
    save = Part(BUTTON, Place(300, 300, 24, 24), "Save")
    with rig.used() as accessibility:
        rig.form.parts.append(save)
        asked = rig.programs.n_asked
        assert not accessibility.pending()
        assert accessibility.refresh([WINDOW]) == []
        assert rig.programs.n_asked == asked
        rig.programs.says = {":1.7"}
        assert not accessibility.pending()  # too soon
        rig.now_s += AGAIN_AFTER_S
        assert accessibility.pending()
        assert accessibility.refresh([WINDOW]) == [save.place]
        assert not accessibility.pending()


def test_a_program_that_comes_later_than_its_window_is_matched() -> None:
    rig = Rig(label("Save"))
    form = rig.programs.frames.pop()
    with rig.used() as accessibility:
        assert rig.told(120, 120, 40) is None
        assert not accessibility.pending()
        rig.programs.frames.append(form)
        rig.programs.says = {":1.7"}
        assert accessibility.pending()
        accessibility.refresh([WINDOW])
        assert rig.told(120, 120, 40) == Told(("Save",), "label")


def test_what_programs_out_of_sight_say_is_not_followed() -> None:
    rig = Rig(label("Save"))
    with rig.accessibility.used():
        rig.accessibility.refresh([replace(WINDOW, pid=8)])
        rig.programs.says = {":1.7"}
        assert not rig.accessibility.pending()


def test_a_film_does_not_have_its_window_gone_through_all_the_time() -> None:
    rig = Rig(label("Save"))
    with rig.used() as accessibility:
        accessibility.note_pixels([WINDOW.place])
        rig.now_s += AGAIN_AFTER_S
        assert not accessibility.pending()
        rig.now_s += SCROLLED_AFTER_S
        assert accessibility.pending()


def test_who_waits_gets_what_is_new_at_once() -> None:
    rig = Rig()
    with rig.used() as accessibility:
        rig.form.parts.append(Part(BUTTON, Place(300, 300, 24, 24), "Save"))
        rig.programs.says = {":1.7"}
        assert len(accessibility.refresh([WINDOW], soon=True)) == 1


def test_a_program_that_hangs_keeps_its_passwords_hidden() -> None:
    rig = Rig(password(), label("Save"))
    with rig.used() as accessibility:
        rig.programs.hangs = True
        rig.programs.says = {":1.7"}
        other = replace(WINDOW, id_=6, pid=9, title="Other", place=Place(0, 0, 50, 50))
        accessibility.refresh([WINDOW, other], soon=True)
        assert len(accessibility.masked([WINDOW])) == 2
        assert rig.told(120, 120, 40) is None


def test_a_bus_that_is_lost_is_tried_again_later() -> None:
    class Lost(MadeUpPrograms):
        def ask(self, questions: list[Question]) -> list[None]:  # pyright: ignore
            raise DeviceLost("gone")

    rig = Rig(label("Save"))
    rig.programs = Lost(rig.form)
    with rig.used() as accessibility:
        assert rig.programs.closed
        assert accessibility.fileno() is None
        assert rig.told(120, 120, 40) is None
        rig.programs = MadeUpPrograms(rig.form)
        accessibility.refresh([WINDOW])
        assert rig.n_connected == 1
        rig.now_s += RECONNECT_S
        accessibility.refresh([WINDOW])
        assert rig.told(120, 120, 40) == Told(("Save",), "label")


def test_it_is_connected_only_while_it_is_used() -> None:
    rig = Rig(label("Save"))
    rig.accessibility.refresh([WINDOW])
    assert rig.n_connected == 0
    with rig.used(), rig.accessibility.used():
        assert rig.n_connected == 1
    assert rig.programs.closed


def test_what_is_nowhere_is_nothing() -> None:
    assert not Node("", "/org/a11y/atspi/null")
    assert Node(":1.7", "/root")
