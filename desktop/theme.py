"""Colours, type and measures of everything we draw: one light theme and one dark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication

from model.stream.values import Channel

FAMILIES = ["Inter", "SF Pro Text", "Segoe UI Variable Text", "Segoe UI", "Cantarell", "Noto Sans", "DejaVu Sans"]

CARD_WIDTH_PX = 452
CARD_RADIUS_PX = 20
SHADOW_PX = 28
PADDING_PX = 18


@dataclass(frozen=True)
class Theme:
    """`channels` holds the colour of each source, the same wherever that source appears; text on `card` in any of
    these colours has a contrast of at least 4.5 to 1."""

    dark: bool
    card: QColor
    border: QColor
    text: QColor
    dim: QColor
    faint: QColor
    track: QColor
    accent: QColor
    on_accent: QColor
    danger: QColor
    shadow: QColor
    channels: Mapping[str, QColor]

    def source(self, provenance: str) -> QColor:
        """The colour of a channel, or the dim one for text that no channel carried."""
        return self.channels.get(provenance, self.dim)


def _rgba(text: str, alpha: float = 1.0) -> QColor:
    colour = QColor(text)
    colour.setAlphaF(alpha)
    return colour


DARK = Theme(
    dark=True,
    card=_rgba("#15171d", 0.965),
    border=_rgba("#ffffff", 0.11),
    text=_rgba("#f3f4f7"),
    dim=_rgba("#a9b0bf"),
    faint=_rgba("#8b93a5"),
    track=_rgba("#ffffff", 0.085),
    accent=_rgba("#8b8cff"),
    on_accent=_rgba("#11121a"),
    danger=_rgba("#ff7b7b"),
    shadow=_rgba("#000000", 0.5),
    channels={
        Channel.USER.value: _rgba("#6fb1ff"),
        Channel.TONE.value: _rgba("#5fd0e6"),
        Channel.SCREEN.value: _rgba("#bb9dff"),
        Channel.CLIPBOARD.value: _rgba("#f5b95a"),
        Channel.SELF.value: _rgba("#ff94b8"),
        Channel.OUTCOME.value: _rgba("#62d6a4"),
    },
)

LIGHT = Theme(
    dark=False,
    card=_rgba("#fcfcfe", 0.972),
    border=_rgba("#0b1020", 0.12),
    text=_rgba("#171a21"),
    dim=_rgba("#545c6c"),
    faint=_rgba("#666e7f"),
    track=_rgba("#0b1020", 0.075),
    accent=_rgba("#5350e0"),
    on_accent=_rgba("#ffffff"),
    danger=_rgba("#c62f35"),
    shadow=_rgba("#0b1020", 0.3),
    channels={
        Channel.USER.value: _rgba("#1a62d6"),
        Channel.TONE.value: _rgba("#0a7286"),
        Channel.SCREEN.value: _rgba("#7042d8"),
        Channel.CLIPBOARD.value: _rgba("#945a00"),
        Channel.SELF.value: _rgba("#c02a63"),
        Channel.OUTCOME.value: _rgba("#0a7a4d"),
    },
)


def theme_for(choice: str) -> Theme:
    """`light`, `dark`, or whatever the desktop prefers. Needs a QGuiApplication."""
    if choice in ("light", "dark"):
        return DARK if choice == "dark" else LIGHT
    return LIGHT if QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light else DARK


def font(size_px: float, weight: QFont.Weight = QFont.Weight.Normal, italic: bool = False) -> QFont:
    made = QFont(FAMILIES)
    made.setPixelSize(round(size_px))
    made.setWeight(weight)
    made.setItalic(italic)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


def faded(colour: QColor, alpha: float) -> QColor:
    copy = QColor(colour)
    copy.setAlphaF(colour.alphaF() * alpha)
    return copy


def opaque(colour: QColor) -> QColor:
    copy = QColor(colour)
    copy.setAlphaF(1.0)
    return copy


def mixed(a: QColor, b: QColor, share: float) -> QColor:
    """`share` of `b` in `a`."""
    return QColor.fromRgbF(*(x + (y - x) * share for x, y in zip(_floats(a), _floats(b), strict=True)))


def _floats(colour: QColor) -> tuple[float, float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF(), colour.alphaF()
