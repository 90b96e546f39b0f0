"""The live state as words in their dress: one row for each voice of the exchange."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont

from actions.dictation import SURE
from desktop.flow import Run
from desktop.live import Doing, LiveState, Mode
from desktop.theme import Theme, faded, font, mixed
from model.stream.values import Opening, Status

HEARD_PX = 15
SPEECH_PX = 15
THOUGHT_PX = 13
PILL_PX = 13

TITLES = {
    Mode.IDLE: "Ready",
    Mode.LISTENING: "Listening",
    Mode.THINKING: "Thinking",
    Mode.SPEAKING: "Speaking",
    Mode.ACTING: "Working",
    Mode.ASKING: "May I?",
    Mode.PAUSED: "Paused",
    Mode.PANICKED: "Stopped",
}

ICON_OF_STATUS: dict[Status | None, str] = {
    None: "dots",
    Status.DONE: "check",
    Status.REFUSED: "cross",
    Status.FAILED: "cross",
    Status.ASKS: "question",
    Status.UNDONE: "undo",
    Status.FIRED: "bell",
    Status.DRY_RUN: "check",
}

SOURCE_NAMES = {"user": "you", "screen": "screen", "clipboard": "clipboard", "outcome": "outcome", "self": "own voice"}


def subtitle(state: LiveState, hotkey: str) -> str:
    """What the user can do next."""
    match state.mode:
        case Mode.LISTENING:
            return {Opening.HOLD: "Release when you are done", Opening.TYPED: "Reading what you typed"}.get(
                state.listening or Opening.TOGGLE, f"{hotkey} to finish"
            )
        case Mode.SPEAKING:
            return "Talk over it or press Esc to interrupt"
        case Mode.ASKING:
            return "Only you can allow this"
        case Mode.THINKING | Mode.ACTING:
            return "Esc to cancel"
        case Mode.PANICKED:
            return "Nothing runs until you switch it on again"
        case Mode.PAUSED:
            return "Ears, eyes and hands are off"
        case _:
            return f"Hold {hotkey} and speak"


def heard_runs(state: LiveState, theme: Theme) -> tuple[Run, ...]:
    """What the user said; words that may still change are paler and slanted."""
    plain = font(HEARD_PX)
    slanted = font(HEARD_PX, italic=True)
    doubtful = mixed(theme.text, theme.dim, 0.6)
    sure = [Run(word.text, theme.text if word.confidence >= SURE else doubtful, plain) for word in state.heard]
    return (*sure, *(Run(word, theme.faint, slanted) for word in state.uncertain.split()))


def thought_runs(state: LiveState, theme: Theme) -> tuple[Run, ...]:
    slanted = font(THOUGHT_PX, italic=True)
    return tuple(Run(word.replace("_", " "), theme.dim, slanted) for word in state.thought)


def speech_runs(state: LiveState, theme: Theme) -> tuple[tuple[Run, ...], int | None]:
    """The reply and the index of the word being spoken: what was said is plain, what is to come is dim."""
    plain = font(SPEECH_PX)
    now = state.spoken - 1 if state.speaking else None
    tint = theme.source("self")
    runs = tuple(
        Run(word, tint if n == now else theme.text if n < state.spoken else theme.dim, plain, _glow(tint, n == now))
        for n, word in enumerate(state.speech)
    )
    return runs, now


def _glow(colour: QColor, on: bool) -> QColor | None:
    return faded(colour, 0.2) if on else None


def action_runs(doing: Doing | None, theme: Theme) -> tuple[Run, ...]:
    """The action as a pill with its status, then its arguments, each in the colour and with the name of its source."""
    if doing is None:
        return ()
    colour = _status_colour(doing, theme)
    name = Run(
        doing.name.replace("_", " "),
        colour,
        font(PILL_PX, QFont.Weight.DemiBold),
        fill=faded(colour, 0.15),
        pill=True,
        icon=ICON_OF_STATUS[doing.status] if doing.sent else "keyboard",
    )
    return (name, *(_argument_run(argument.text, argument.provenance, theme) for _, argument in doing.arguments))


def _argument_run(text: str, provenance: str, theme: Theme) -> Run:
    colour = theme.source(provenance)
    return Run(
        " ".join(text.split()),
        colour,
        font(PILL_PX, QFont.Weight.Medium),
        fill=faded(colour, 0.12),
        pill=True,
        note=SOURCE_NAMES.get(provenance, provenance),
        note_colour=theme.dim,
    )


def fault_runs(state: LiveState, theme: Theme) -> tuple[Run, ...]:
    """What is wrong with a device, or why an action was not done where the reply does not say so itself; or a hint."""
    doing = state.doing
    failed = doing is not None and doing.status in (Status.FAILED, Status.REFUSED)
    text = state.notice or (doing.text if doing is not None and failed and not state.speech else "")
    colour = theme.danger if text else theme.dim
    return tuple(Run(word, colour, font(THOUGHT_PX)) for word in (text or state.hint).split())


def question_runs(state: LiveState, theme: Theme) -> tuple[Run, ...]:
    text = state.asked.text if state.asked else ""
    return tuple(Run(word, theme.text, font(SPEECH_PX, QFont.Weight.Medium)) for word in text.split())


def _status_colour(doing: Doing, theme: Theme) -> QColor:
    match doing.status:
        case Status.DONE | Status.FIRED | Status.DRY_RUN:
            return theme.source("outcome")
        case Status.FAILED | Status.REFUSED:
            return theme.danger
        case Status.ASKS:
            return theme.source("clipboard")
        case Status.UNDONE:
            return theme.dim
        case None:
            return theme.accent
