"""What the overlay holds: the card with every channel, and the small pill it shrinks to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.avatar import Avatar
from desktop.flow import Flow, Run
from desktop.icons import icon, paint_icon
from desktop.intents import Intent, Wish
from desktop.lanes import Lanes
from desktop.live import LiveState, Mode
from desktop.score import (
    TITLES,
    action_runs,
    fault_runs,
    heard_runs,
    question_runs,
    speech_runs,
    subtitle,
    thought_runs,
)
from desktop.theme import CARD_WIDTH_PX, DARK, PADDING_PX, Theme, faded, font, mixed
from model.stream.values import Channel

Submit = Callable[[Intent], None]
GUTTER_PX = 50
GUTTER_GAP_PX = 8
INNER_PX = CARD_WIDTH_PX - 2 * PADDING_PX
WORDS_PX = INNER_PX - GUTTER_PX - GUTTER_GAP_PX
ACTIVE = frozenset({Mode.LISTENING, Mode.THINKING, Mode.SPEAKING, Mode.ACTING, Mode.ASKING})
SENSE_NAMES = {Channel.USER: "microphone", Channel.SCREEN: "screen", Channel.CLIPBOARD: "clipboard"}


class CaptureSign(QWidget):
    """Says steadily which senses are on; the microphone stands out."""

    ICON_PX = 15
    STEP_PX = 22

    def __init__(self) -> None:
        super().__init__()
        self._theme = DARK
        self._on: tuple[Channel, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Nothing is captured")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_state(self, state: LiveState) -> None:
        captured = state.captured | ({Channel.USER} if state.listening else set())
        on = tuple(channel for channel in SENSE_NAMES if channel in captured)
        if on == self._on:
            return
        self._on = on
        self.setAccessibleName(f"Captured: {', '.join(SENSE_NAMES[c] for c in on)}" if on else "Nothing is captured")
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(max(1, len(self._on) * self.STEP_PX), 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for n, channel in enumerate(self._on):
            area = QRectF(n * self.STEP_PX, 0, 22, 22)
            colour = self._theme.dim
            if channel is Channel.USER:
                colour = self._theme.card
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._theme.source("user"))
                painter.drawEllipse(area.adjusted(1, 1, -1, -1))
            inset = (22 - self.ICON_PX + (2 if channel is Channel.USER else 0)) / 2
            paint_icon(painter, channel.value, area.adjusted(inset, inset, -inset, -inset), colour)
        painter.end()


class Row(QWidget):
    """One voice of the exchange: who, then the words."""

    def __init__(self, who: str, source: str, flow: Flow) -> None:
        super().__init__()
        self._source = source
        self._flow = flow
        self._who = QLabel(who)
        self._who.setFont(font(11, QFont.Weight.DemiBold))
        self._who.setFixedWidth(GUTTER_PX)
        self._who.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._who.setContentsMargins(0, round((flow.line_px - 15) / 2), 0, 0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GUTTER_GAP_PX)
        layout.addWidget(self._who, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(flow, 1)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_theme(self, theme: Theme) -> None:
        colour = theme.danger if self._source == "fault" else theme.source(self._source)
        self._who.setStyleSheet(f"color: {colour.name()}")

    def show_runs(self, runs: Sequence[Run], focus: int | None = None) -> None:
        self._flow.show_runs(runs, focus)
        self.setVisible(bool(runs))


class Header(QWidget):
    """Avatar, what is going on, what is captured, and the buttons that are always at hand."""

    def __init__(self, submit: Submit, avatar: Avatar, hotkey: str) -> None:
        super().__init__()
        self.avatar = avatar
        self._hotkey = hotkey
        self._title = QLabel()
        self._title.setFont(font(16, QFont.Weight.DemiBold))
        self._subtitle = QLabel()
        self._subtitle.setFont(font(12))
        self._sign = CaptureSign()
        self.type_button = icon_button("Type to Ambidex", lambda: submit(Intent(Wish.PROMPT)))
        self.stop_button = icon_button("Stop (Esc)", lambda: submit(Intent(Wish.CANCEL)))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch()
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        words.addStretch()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(avatar)
        layout.addSpacing(4)
        layout.addLayout(words, 1)
        for widget in (self._sign, self.type_button, self.stop_button):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_theme(self, theme: Theme) -> None:
        self.avatar.set_theme(theme)
        self._sign.set_theme(theme)
        self._title.setStyleSheet(f"color: {theme.text.name()}")
        self._subtitle.setStyleSheet(f"color: {theme.dim.name()}")
        dress(self.type_button, "keyboard", theme.dim, theme)
        dress(self.stop_button, "stop", theme.danger, theme)

    def show_state(self, state: LiveState) -> None:
        self.avatar.show_state(state)
        self._sign.show_state(state)
        self._title.setText(TITLES[state.mode])
        self._subtitle.setText(subtitle(state, self._hotkey))
        self.stop_button.setVisible(state.mode in ACTIVE)


class Question(QWidget):
    """An action waits for the user's word; or all is stopped and waits to be switched on."""

    def __init__(self, submit: Submit) -> None:
        super().__init__()
        self._words = Flow(INNER_PX, 22, 4, "Question")
        self.allow = text_button("Allow", lambda: submit(Intent(Wish.APPROVE)))
        self.deny = text_button("Don't allow", lambda: submit(Intent(Wish.DENY)))
        self.rearm = text_button("Switch on again", lambda: submit(Intent(Wish.REARM)))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        for button in (self.deny, self.allow, self.rearm):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._words)
        layout.addLayout(buttons)

    def set_theme(self, theme: Theme) -> None:
        for button, main in ((self.allow, True), (self.deny, False), (self.rearm, True)):
            button.setStyleSheet(_text_button_style(theme, main))

    def show_state(self, state: LiveState, theme: Theme) -> None:
        runs = question_runs(state, theme)
        stopped = state.mode is Mode.PANICKED
        self._words.show_runs(runs)
        self._words.setVisible(bool(runs))
        self.allow.setVisible(bool(runs))
        self.deny.setVisible(bool(runs))
        self.rearm.setVisible(stopped)
        self.setVisible(bool(runs) or stopped)


class Card(QWidget):
    """Everything there is to see."""

    def __init__(self, submit: Submit, avatar: Avatar, hotkey: str) -> None:
        super().__init__()
        self._theme = DARK
        self.header = Header(submit, avatar, hotkey)
        self.question = Question(submit)
        self._heard = Row("You", "user", Flow(WORDS_PX, 22, 3, "Heard"))
        self._thought = Row("Thinks", "thought", Flow(WORDS_PX, 19, 2, "Thought"))
        self._action = Row("Does", "action", Flow(WORDS_PX, 30, 3, "Action"))
        self._speech = Row("Says", "self", Flow(WORDS_PX, 22, 4, "Says"))
        self._fault = Row("Trouble", "fault", Flow(WORDS_PX, 19, 3, "Trouble"))
        self._lanes = Lanes()
        self._rule = QWidget()
        self._rule.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PADDING_PX, PADDING_PX - 4, PADDING_PX, PADDING_PX - 2)
        layout.setSpacing(9)
        rows = (self._heard, self._thought, self._action, self._speech, self._fault)
        for widget in (self.header, *rows, self.question, self._rule, self._lanes):
            layout.addWidget(widget)
        self.setFixedWidth(CARD_WIDTH_PX)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Ambidex")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        rows = (self._heard, self._thought, self._action, self._speech, self._fault)
        for widget in (self.header, self.question, self._lanes, *rows):
            widget.set_theme(theme)
        self._rule.setStyleSheet(f"background: {_css(theme.track)}")

    def show_state(self, state: LiveState) -> None:
        theme = self._theme
        self.header.show_state(state)
        self._heard.show_runs(heard_runs(state, theme))
        self._thought.show_runs(thought_runs(state, theme))
        self._action.show_runs(action_runs(state.doing, theme))
        self._speech.show_runs(*speech_runs(state, theme))
        self._fault.show_runs(fault_runs(state, theme))
        self.question.show_state(state, theme)
        self._lanes.show_state(state)


class Pill(QWidget):
    """The card at rest: a face, a word, and what is captured."""

    def __init__(self, avatar: Avatar) -> None:
        super().__init__()
        self._theme = DARK
        self.avatar = avatar
        self._word = QLabel()
        self._word.setFont(font(13, QFont.Weight.Medium))
        self._sign = CaptureSign()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 5, 14, 5)
        layout.setSpacing(8)
        for widget in (avatar, self._word, self._sign):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Ambidex, click to type a request")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.avatar.set_theme(theme)
        self._sign.set_theme(theme)

    def show_state(self, state: LiveState) -> None:
        self.avatar.show_state(state)
        self._sign.show_state(state)
        trouble = bool(state.notice) and state.mode is Mode.IDLE
        self._say("Trouble" if trouble else TITLES[state.mode], self._theme.danger if trouble else self._theme.dim)
        self.setToolTip(state.notice)

    def _say(self, word: str, colour: QColor) -> None:
        style = f"color: {colour.name()}"
        self._word.setText(word)
        if style != self._word.styleSheet():  # Qt dresses a widget anew even in the clothes that it wears
            self._word.setStyleSheet(style)


def icon_button(name: str, clicked: Callable[[], None]) -> QPushButton:
    button = text_button("", clicked)
    button.setFixedSize(30, 30)
    button.setIconSize(QSize(16, 16))
    button.setAccessibleName(name)
    button.setToolTip(name)
    return button


def text_button(text: str, clicked: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setFont(font(13, QFont.Weight.DemiBold))
    button.setAccessibleName(text)
    button.clicked.connect(lambda: clicked())
    return button


def dress(button: QPushButton, name: str, colour: QColor, theme: Theme) -> None:
    button.setIcon(icon(name, colour))
    button.setStyleSheet(
        f"QPushButton {{ border: none; border-radius: 15px; background: {_css(faded(colour, 0.12))}; }}"
        f"QPushButton:hover {{ background: {_css(faded(colour, 0.24))}; }}"
        f"QPushButton:pressed {{ background: {_css(faded(colour, 0.36))}; }}"
    )


def _text_button_style(theme: Theme, main: bool) -> str:
    ground = theme.accent if main else theme.track
    word = theme.on_accent if main else theme.text
    hover = mixed(ground, theme.text, 0.14)
    return (
        f"QPushButton {{ border: none; border-radius: 10px; padding: 7px 15px;"
        f" background: {_css(ground)}; color: {word.name()}; }}"
        f"QPushButton:hover {{ background: {_css(hover)}; }}"
    )


def _css(colour: QColor) -> str:
    return f"rgba({colour.red()}, {colour.green()}, {colour.blue()}, {colour.alphaF():.3f})"
