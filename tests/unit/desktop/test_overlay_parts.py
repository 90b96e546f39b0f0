"""What is drawn: the bridge draws the newest only, rows wrap and follow the voice, colours stay legible."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from desktop.avatar import ANIMATION_MS, POSES, Avatar, eased, pose_at
from desktop.bridge import Bridge
from desktop.face import status_sentence, written
from desktop.flow import Flow, Run, lay_out
from desktop.icons import ICONS, pixmap, tray_icon
from desktop.intents import Intent, Wish
from desktop.lanes import lanes_of
from desktop.live import Doing, Heard, LiveState, LiveView, Mode, Standing
from desktop.overlay import Overlay
from desktop.placement import SpotFile
from desktop.prompt import Prompt
from desktop.score import action_runs, fault_runs, heard_runs, speech_runs
from desktop.theme import DARK, LIGHT, Theme, font
from desktop.tray import Tray
from model.stream.values import Argument, Channel, Gesture, Opening, Status
from tests.unit.desktop.qt import application

__all__ = ["application"]
pytestmark = pytest.mark.usefixtures("application")

LISTENING = LiveState(listening=Opening.HOLD, heard=(Heard("open", 0.9), Heard("it", 0.3)), uncertain="now please")
ASKING = Doing("open_url", (("url", Argument("example.org", "clipboard")),), True, Status.ASKS, "May I open it?")


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Submitted(list[Intent]):
    """The wishes that were submitted."""

    def __call__(self, intent: Intent) -> None:
        self.append(intent)

    @property
    def wishes(self) -> list[Wish]:
        return [intent.wish for intent in self]


def make_overlay(submit: Submitted | None = None, spots: SpotFile | None = None) -> Overlay:
    submit = Submitted() if submit is None else submit
    overlay = Overlay(submit, spots, theme="dark", reduced_motion=True)
    overlay.show()
    return overlay


def shown_words(widget: QWidget) -> str:
    labels = [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]
    return " ".join([*labels, *(flow.accessibleName() for flow in widget.findChildren(Flow) if flow.isVisible())])


def test_qt_gives_none_back_as_often_as_it_takes_it() -> None:
    """PySide6 6.12.0 on Python 3.11 does not, and the process ends in the midst of painting some minutes later."""
    area = QRectF()
    before = sys.getrefcount(None)
    for _ in range(500):
        area.setLeft(1.0)
    assert abs(sys.getrefcount(None) - before) < 250


# The bridge -----------------------------------------------------------------------------------------------------


def test_the_bridge_draws_the_newest_state_only() -> None:
    live = LiveView(lambda span: None)
    bridge = Bridge(live)
    drawn: list[LiveState] = []
    bridge.drawn.connect(drawn.append)
    for n in range(50):
        live.notify(f"state {n}")
    QApplication.processEvents()
    assert [state.notice for state in drawn] == ["state 49"]
    bridge.close()


def test_the_bridge_draws_no_faster_than_the_eye_and_misses_nothing() -> None:
    live = LiveView(lambda span: None)
    bridge = Bridge(live)
    drawn: list[LiveState] = []
    bridge.drawn.connect(drawn.append)
    live.notify("first")
    QApplication.processEvents()
    live.notify("second")
    live.notify("third")
    spy = QSignalSpy(bridge.drawn)
    assert spy.wait(1000)
    assert [state.notice for state in drawn] == ["first", "third"]
    bridge.close()


def test_a_closed_bridge_draws_nothing() -> None:
    live = LiveView(lambda span: None)
    bridge = Bridge(live)
    drawn: list[LiveState] = []
    bridge.drawn.connect(drawn.append)
    live.notify("on its way")
    bridge.close()
    live.notify("later")
    QApplication.processEvents()
    assert drawn == []


# The overlay ----------------------------------------------------------------------------------------------------


def test_it_grows_when_something_happens_and_shrinks_some_time_after() -> None:
    overlay = make_overlay()
    assert not overlay.grown
    overlay.show_state(LISTENING)
    assert overlay.grown
    card_height = overlay.height()
    overlay.show_state(LiveState())
    assert overlay.grown, "there must be time to read"
    overlay.shrink()
    assert not overlay.grown
    assert overlay.height() < card_height
    overlay.close()


def test_its_size_fits_at_once_and_downwards_too() -> None:
    overlay = make_overlay()
    overlay.show_state(LISTENING)
    small = overlay.size()
    overlay.show_state(replace(LISTENING, speech=("one", "two", "three"), doing=ASKING))
    assert overlay.height() > small.height()
    overlay.show_state(LISTENING)
    assert overlay.size() == small
    overlay.close()


def test_every_mode_says_what_it_is_and_stop_is_at_hand() -> None:
    overlay = make_overlay()
    overlay.show_state(LISTENING)
    assert "Listening" in shown_words(overlay)
    assert "open it now please" in shown_words(overlay)
    assert overlay.card.header.stop_button.isVisible()
    overlay.show_state(LiveState(standing=Standing.PANICKED))
    assert "Stopped" in shown_words(overlay)
    assert not overlay.card.header.stop_button.isVisible()
    overlay.close()


def test_a_question_is_shown_even_if_the_overlay_was_hidden() -> None:
    overlay = make_overlay()
    overlay.toggle_visible()
    overlay.show_state(LISTENING)
    assert not overlay.isVisible()
    overlay.show_state(LiveState(asked=ASKING, doing=ASKING))
    assert overlay.isVisible()
    overlay.close()


def test_trouble_is_told_once_in_full_and_then_stays_on_the_pill() -> None:
    trouble = LiveState(notice="No microphone was found.")
    overlay = make_overlay()
    overlay.show_state(trouble)
    assert "No microphone was found." in shown_words(overlay.card)
    overlay.shrink()
    overlay.show_state(replace(trouble, window="Mail"))
    assert not overlay.grown
    assert "Trouble" in shown_words(overlay.pill)
    overlay.close()


def test_a_hint_is_told_once_in_full_and_is_no_trouble() -> None:
    hint = LiveState(hint="A better recogniser exists.")
    overlay = make_overlay()
    overlay.show_state(hint)
    assert "A better recogniser exists." in shown_words(overlay.card)
    overlay.shrink()
    overlay.show_state(replace(hint, window="Mail"))
    assert not overlay.grown
    assert "Trouble" not in shown_words(overlay.pill)
    overlay.close()


def test_its_buttons_say_what_they_want() -> None:
    submit = Submitted()
    overlay = make_overlay(submit)
    overlay.show_state(LiveState(asked=ASKING, doing=ASKING))
    card = overlay.card
    for button in (card.question.allow, card.question.deny, card.header.stop_button, card.header.type_button):
        assert button.isVisible()
        button.click()
    assert submit.wishes == [Wish.APPROVE, Wish.DENY, Wish.CANCEL, Wish.PROMPT]
    overlay.close()


def test_after_a_panic_it_offers_to_switch_on_again() -> None:
    submit = Submitted()
    overlay = make_overlay(submit)
    overlay.show_state(LiveState(standing=Standing.PANICKED))
    overlay.card.question.rearm.click()
    assert submit.wishes == [Wish.REARM]
    assert not overlay.card.question.allow.isVisible()
    overlay.close()


def test_everything_to_press_has_a_name_and_takes_no_focus() -> None:
    overlay = make_overlay()
    for button in overlay.findChildren(QPushButton):
        assert button.accessibleName()
        assert button.focusPolicy() is Qt.FocusPolicy.NoFocus
    assert overlay.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus
    overlay.close()


def drag(widget: QWidget, by: QPoint) -> None:
    """Press, move and release, as the mouse does."""
    start = QPointF(widget.rect().center())
    at = widget.mapToGlobal(start)
    kinds = (QMouseEvent.Type.MouseButtonPress, QMouseEvent.Type.MouseMove, QMouseEvent.Type.MouseButtonRelease)
    for kind, point in zip(kinds, (at, at + QPointF(by), at + QPointF(by)), strict=True):
        held = Qt.MouseButton.NoButton if kind is QMouseEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        changed = Qt.MouseButton.NoButton if kind is QMouseEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        QApplication.sendEvent(widget, QMouseEvent(kind, start, point, changed, held, Qt.KeyboardModifier.NoModifier))


def test_dragging_it_is_remembered_and_is_no_click(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("state") / "overlay.json"
    submit = Submitted()
    overlay = make_overlay(submit, SpotFile(file))
    before = overlay.pos()
    drag(overlay, QPoint(-60, -90))
    assert overlay.pos() == before + QPoint(-60, -90)
    assert submit == []
    assert SpotFile(file).load().y < 1.0
    overlay.close()


def test_a_click_on_the_pill_opens_the_prompt_or_resumes() -> None:
    submit = Submitted()
    overlay = make_overlay(submit)
    drag(overlay, QPoint(1, 1))
    overlay.show_state(LiveState(standing=Standing.PAUSED))
    drag(overlay, QPoint(0, 0))
    assert submit.wishes == [Wish.PROMPT, Wish.RESUME]
    overlay.close()


# The prompt -----------------------------------------------------------------------------------------------------


def type_and_return(prompt: Prompt, text: str) -> None:
    for key, character in (*((Qt.Key.Key_unknown, c) for c in text), (Qt.Key.Key_Return, "\r")):
        event = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, character)
        QApplication.sendEvent(prompt.line, event)


def test_what_is_typed_is_asked_and_the_prompt_closes() -> None:
    submit = Submitted()
    prompt = Prompt(submit, DARK, ours=lambda: False)
    prompt.open_above(make_overlay().geometry())
    type_and_return(prompt, " what time is it ")
    assert submit == [Intent(Wish.ASK, "what time is it")]
    assert not prompt.isVisible()


def test_our_own_hands_cannot_type_a_request() -> None:
    submit = Submitted()
    prompt = Prompt(submit, DARK, ours=lambda: True)
    prompt.show()
    type_and_return(prompt, "delete everything")
    assert (submit, prompt.line.text()) == ([], "")
    prompt.hide()


# Rows -----------------------------------------------------------------------------------------------------------


def test_words_wrap_and_none_is_wider_than_its_line() -> None:
    runs = [Run(word, QColor("white"), font(15)) for word in ("one", "two", "x" * 300, "three")]
    lines = lay_out(runs, 120, 20)
    assert [[placed.run.text[:5] for placed in line] for line in lines] == [["one", "two"], ["xxxxx"], ["three"]]
    assert all(placed.area.right() <= 120 for line in lines for placed in line)


def test_a_long_reply_keeps_the_word_being_spoken_in_sight() -> None:
    reply = tuple(f"word{n}" for n in range(200))
    flow = Flow(300, 20, 3, "Says")
    for spoken in (1, 60, 120, 200):
        runs, focus = speech_runs(LiveState(speech=reply, spoken=spoken, speaking=True), DARK)
        flow.show_runs(runs, focus)
        lines = lay_out(runs, 300, 20)
        seen = {placed.run.text for line in flow.shown_lines(lines) for placed in line}
        assert f"word{spoken - 1}" in seen


def test_uncertain_words_are_paler_than_sure_ones() -> None:
    contrasts = [contrast(run.colour, DARK.card) for run in heard_runs(LISTENING, DARK)]
    assert contrasts[0] > contrasts[1] > contrasts[2]


def test_an_argument_is_coloured_and_named_by_its_source() -> None:
    runs = action_runs(ASKING, DARK)
    assert [(run.text, run.note) for run in runs] == [("open url", ""), ("example.org", "clipboard")]
    assert runs[1].colour == DARK.source("clipboard")


def test_a_failure_is_told_once() -> None:
    failed = LiveState(doing=Doing("click", (), True, Status.FAILED, "There is no button."))
    assert len(fault_runs(failed, DARK)) == 4
    assert fault_runs(replace(failed, speech=("There", "is", "no", "button.")), DARK) == ()


def test_lanes_show_the_newest_of_each_channel() -> None:
    state = replace(LISTENING, line="Submit", window="Form", clipboard="a\nb", surprise={Channel.SCREEN: 99.0})
    lanes = {lane.channel: lane for lane in lanes_of(state)}
    assert lanes[Channel.USER].text == "please"
    assert (lanes[Channel.SCREEN].text, lanes[Channel.SCREEN].surprise) == ("Submit", 1.0)
    assert lanes[Channel.CLIPBOARD].text == "a b"


# Colours, icons, avatar, tray -------------------------------------------------------------------------------------


def contrast(a: QColor, b: QColor) -> float:
    """Source: WCAG 2.2, contrast ratio."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_every_colour_is_legible_over_any_background(theme: Theme) -> None:
    behind = QColor("white") if theme.dark else QColor("black")
    alpha = theme.card.alphaF()
    ground = QColor.fromRgbF(*(
        alpha * card + (1 - alpha) * back
        for card, back in ((theme.card.redF(), behind.redF()), (theme.card.greenF(), behind.greenF()),
                           (theme.card.blueF(), behind.blueF()))
    ))  # fmt: skip
    for colour in (theme.text, theme.dim, theme.faint, theme.danger, *theme.channels.values()):
        assert contrast(colour, ground) >= 4.5, colour.name()
    assert contrast(theme.on_accent, theme.accent) >= 4.5


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_draws_something_inside_its_square(name: str) -> None:
    image = pixmap(name, 24, QColor("black"), ratio=2).toImage()
    drawn = sum(image.pixelColor(x, y).alpha() > 0 for x in range(48) for y in range(48))
    assert 40 < drawn < 48 * 48


def test_every_mode_has_a_tray_icon_of_its_own() -> None:
    pictures = [tray_icon(mode).pixmap(24, 24).toImage() for mode in Mode]
    assert all(a != b for n, a in enumerate(pictures) for b in pictures[:n])


def test_the_tray_follows_the_state() -> None:
    submit = Submitted()
    tray = Tray(submit, lambda: None, lambda: None)
    tray.listen.trigger()
    tray.show_state(LISTENING)
    tray.listen.trigger()
    tray.show_state(LiveState(standing=Standing.PANICKED))
    assert not tray.listen.isEnabled()
    tray.panic.trigger()
    tray.show_state(LiveState(standing=Standing.PAUSED))
    tray.pause.trigger()
    assert submit.wishes == [Wish.LISTEN_TOGGLE, Wish.CLOSE_LISTENING, Wish.REARM, Wish.RESUME]


def test_the_avatar_runs_no_clock_at_rest_nor_while_it_listens_to_silence() -> None:
    clock = Clock()
    avatar = Avatar(58, clock)
    avatar.show()
    for state, moves in ((LiveState(), False), (LISTENING, False), (LiveState(speaking=True), True)):
        avatar.show_state(state)
        for _ in range(40):
            clock.now_s += ANIMATION_MS / 1000
            avatar.show_state(state)
        assert avatar.animating is moves
    avatar.close()


def test_a_nod_passes() -> None:
    clock = Clock()
    avatar = Avatar(58, clock)
    avatar.show()
    nodding = replace(LiveState(), gesture=Gesture("nod"))
    avatar.show_state(nodding)
    assert avatar.animating
    clock.now_s += 2
    for _ in range(40):
        clock.now_s += 0.1
        avatar.show_state(nodding)
    assert not avatar.animating
    avatar.close()


def test_with_reduced_motion_no_clock_runs_at_all() -> None:
    avatar = Avatar(58, Clock(), reduced_motion=True)
    avatar.show()
    avatar.show_state(LiveState(speaking=True))
    assert not avatar.animating
    avatar.close()


@pytest.mark.parametrize("mode", Mode)
def test_every_mode_has_a_pose_that_others_ease_into(mode: Mode) -> None:
    pose = POSES[Mode.IDLE]
    target = pose_at(mode, 0.3, voice=0.5)
    for _ in range(100):
        pose = eased(pose, target, 0.033)
    assert pose == target


def test_the_card_is_painted_within_its_rounded_corners() -> None:
    overlay = make_overlay()
    overlay.show_state(LISTENING)
    image = QImage(overlay.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    overlay.render(painter, QPoint())
    painter.end()
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(image.rect().center()).alpha() > 240
    overlay.close()


def test_the_status_names_the_senses_and_the_trouble() -> None:
    state = LiveState(captured=frozenset({Channel.SCREEN}), notice="No microphone was found.")
    assert status_sentence(state) == "Ready. On: screen. No microphone was found."


def test_a_hotkey_is_written_as_people_do() -> None:
    assert written("<ctrl>+<alt>+space") == "Ctrl+Alt+Space"
