"""Draws the overlay in every mode, light and dark, over a busy desktop: for looking at, and for the documentation.

python scripts/gallery.py FOLDER [--scale 2]
"""

from __future__ import annotations

import argparse
import os
import random
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from PySide6.QtWidgets import QApplication

from desktop.live import Doing, Heard, LiveState, Standing
from desktop.overlay import Overlay
from desktop.theme import font
from model.stream.values import Argument, Channel, Gesture, Opening, Outcome, Status

MARGIN_PX = 16


def states() -> dict[str, LiveState]:
    """One state for each picture."""
    senses = frozenset({Channel.SCREEN, Channel.CLIPBOARD})
    rest = LiveState(
        captured=senses,
        window="Quarterly report – Writer",
        line="Send for review",
        clipboard="https://example.org/agenda",
        surprise={Channel.SCREEN: 2.2, Channel.CLIPBOARD: 3.4},
    )
    listening = replace(
        rest,
        listening=Opening.HOLD,
        captured=senses | {Channel.USER},
        heard=_heard("click the send for review"),
        uncertain="button and",
        thought=("click", "send", "for", "review"),
        voice=0.96,
        loudness_dbfs=-24.0,
        surprise={**rest.surprise, Channel.USER: 4.1, Channel.TONE: 1.2},
    )
    typed = Doing("type_text", (("text", Argument("dear miss sørensen thank you", "user")),))
    click = Doing("click", (("target", Argument("Send for review", "screen")),), sent=True)
    spoken = replace(
        rest,
        heard=_heard("what is on my clipboard"),
        thought=("read_clipboard",),
        doing=Doing("read_clipboard", sent=True, status=Status.DONE),
        speech=_words("Your clipboard holds a web address, example dot org slash agenda."),
        spoken=6,
        speaking=True,
        own_word="address",
        outcome="A web address",
        surprise={**rest.surprise, Channel.SELF: 0.6, Channel.OUTCOME: 5.2, Channel.USER: 1.6},
    )
    question = Outcome(
        "open_url", Status.ASKS, "Open example.org/agenda in the browser? The address comes from the clipboard."
    )
    asked = Doing(
        "open_url", (("url", Argument("https://example.org/agenda", "clipboard")),), True, Status.ASKS, question.text
    )
    failed = Doing(
        "click", (("target", Argument("submit", "user")),), True, Status.FAILED, "I cannot find submit on the screen."
    )
    return {
        "idle": rest,
        "listening": listening,
        "dictating": replace(
            rest,
            listening=Opening.TOGGLE,
            captured=senses | {Channel.USER},
            heard=(*_heard("start dictation dear"), Heard("madam", 0.4)),
            uncertain="I am righting to",
            doing=Doing("start_dictation", sent=True),
            voice=0.96,
        ),
        "thinking": replace(
            rest,
            heard=_heard("type dear miss sørensen thank you"),
            thinking=True,
            thought=("type_text", "into", "the", "open", "letter"),
            doing=typed,
            surprise={**rest.surprise, Channel.USER: 6.3},
        ),
        "speaking": spoken,
        "acting": replace(listening, listening=None, uncertain="", heard=_heard("click the send for review button"),
                          captured=senses, doing=click, gesture=Gesture("nod")),
        "asking": replace(rest, heard=_heard("open that link"), thought=("open_url",), doing=asked, asked=asked,
                          outcome=question.text, speech=_words("Shall I open it?"), spoken=5),
        "failed": replace(rest, heard=_heard("click submit"), thought=("click", "submit"), doing=failed, speaking=True,
                          outcome=failed.text, speech=_words(failed.text), spoken=4, own_word="submit"),
        "no-microphone": replace(rest, listening=Opening.TOGGLE,
                                 notice="No microphone was found. Plug one in; Ambidex looks again every few seconds."),
        "paused": replace(rest, standing=Standing.PAUSED, captured=frozenset()),
        "stopped": replace(rest, standing=Standing.PANICKED, captured=frozenset(), heard=_heard("type all of it")),
    }  # fmt: skip


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _heard(text: str) -> tuple[Heard, ...]:
    return tuple(Heard(word, 0.95) for word in text.split())


def desktop_picture(width: int, height: int, dark: bool, ratio: float) -> QImage:
    """A busy desktop: a wallpaper and windows full of text, to check legibility on."""
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sky = QLinearGradient(0, 0, width, height)
    for at, colour in enumerate(("#0d2a4a", "#5b2a6e", "#c4573f") if dark else ("#7ec8f2", "#f6d9a8", "#f2a0b6")):
        sky.setColorAt(at / 2, QColor(colour))
    painter.fillRect(0, 0, width, height, sky)
    chance = random.Random(7)
    painter.setPen(Qt.PenStyle.NoPen)
    paper = QColor("#1e2430") if dark else QColor("#ffffff")
    painter.setBrush(paper)
    painter.drawRoundedRect(QRectF(width * 0.16, 12, width * 0.62, height), 10, 10)
    painter.setFont(font(12))
    for y in range(34, height, 18):
        painter.setPen(
            QColor(
                chance.choice(
                    ("#8fbcff", "#e0e4ee", "#f0b35a", "#8fdf9f") if dark else ("#20406a", "#333333", "#8a3b12")
                )
            )
        )
        words = " ".join(
            chance.choice(("report", "revenue", "and", "quarter", "return", "growth,", "def", "7.4 %", "the"))
            for _ in range(14)
        )
        painter.drawText(QRectF(width * 0.18, y, width * 0.58, 18), words)
    painter.end()
    return image


def picture(state: LiveState, theme: str, ratio: float) -> QImage:
    overlay = Overlay(lambda intent: None, theme=theme, reduced_motion=True)
    overlay.show()
    overlay.show_state(state)
    QApplication.processEvents()
    width, height = overlay.width() + 2 * MARGIN_PX, overlay.height() + 2 * MARGIN_PX
    image = desktop_picture(width, height, theme == "dark", ratio)
    painter = QPainter(image)
    shot = QImage(overlay.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    shot.setDevicePixelRatio(ratio)
    shot.fill(Qt.GlobalColor.transparent)
    overlay.render(shot, QPoint(0, 0))
    painter.drawImage(MARGIN_PX, MARGIN_PX, shot)
    painter.end()
    overlay.close()
    return image


def sheet(images: list[QImage], columns: int) -> QImage:
    """All pictures on one page."""
    ratio = images[0].devicePixelRatio()
    width = max(image.width() for image in images)
    rows = [images[n : n + columns] for n in range(0, len(images), columns)]
    heights = [max(image.height() for image in row) for row in rows]
    page = QImage(width * columns, sum(heights), QImage.Format.Format_RGB32)
    page.fill(QColor("#3a3f4a"))
    painter = QPainter(page)
    for r, row in enumerate(rows):
        for c, image in enumerate(row):
            image.setDevicePixelRatio(1)
            painter.drawImage(c * width, sum(heights[:r]), image)
            image.setDevicePixelRatio(ratio)
    painter.end()
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    application = QApplication([])
    for theme in ("dark", "light"):
        pictures = {name: picture(state, theme, options.scale) for name, state in states().items()}
        for name, image in pictures.items():
            image.save(str(options.folder / f"overlay-{name}-{theme}.png"))
        sheet(list(pictures.values()), columns=3).save(str(options.folder / f"sheet-{theme}.png"))
    del application


if __name__ == "__main__":
    main()
