"""What a scrolled page costs the eyes: processor time to take it in, with what they know and as if seen first.

Run as `python -m benchmarks.scrolling`; needs no screen. What is known is known by its pixels, wherever it moves to.
"""

from __future__ import annotations

import itertools
import os
import random
import time
from threading import Event as StopSignal

import numpy as np
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter

from benchmarks.specimens import KINDS, THEMES
from model.stream.values import Place
from perception.layout import Picture
from perception.reading import Reader, network
from perception.view import View

SCREEN = Place(0, 0, 1920, 1080)
PAGE_PX = (1000, 3000)
WINDOW = Place(300, 100, 1000, 900)
LINE_PX = 18
STEPS = (1, 3, 10, 25, 50)
"""How many lines the page is scrolled by; 50 are a whole window."""


def long_page(seed: int) -> Picture:
    image = QImage(*PAGE_PX, QImage.Format.Format_Grayscale8)
    image.fill(QColor(THEMES["light"].paper))
    painter = QPainter(image)
    font = QFont("DejaVu Sans")
    font.setPixelSize(14)
    painter.setFont(font)
    chance = random.Random(seed)
    for y_px in range(LINE_PX, PAGE_PX[1], LINE_PX):
        painter.drawText(20, y_px, "  ".join(KINDS[chance.choice(list(KINDS))](chance) for _ in range(3)))
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(PAGE_PX[1], image.bytesPerLine())
    return rows[:, : PAGE_PX[0]].copy()


def shown(page: Picture, top: int) -> Picture:
    screen = np.full((SCREEN.height_px, SCREEN.width_px), 240, np.uint8)
    rows, columns = (
        slice(WINDOW.y_px, WINDOW.y_px + WINDOW.height_px),
        slice(WINDOW.x_px, WINDOW.x_px + WINDOW.width_px),
    )
    screen[rows, columns] = page[top : top + WINDOW.height_px]
    return screen


def look_s(view: View, screen: Picture) -> float:
    began_s = time.process_time()
    view.look(screen, SCREEN, StopSignal())
    return time.process_time() - began_s


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])
    page, recognise = long_page(seed=1), network()
    print("| scrolled by | s, known | s, as if seen first |\n|---|---|---|")
    for n_lines in STEPS:
        known = View(SCREEN, Reader(recognise), lambda change: None, now_s=itertools.count(0, 60).__next__)
        look_s(known, shown(page, 0))
        after = shown(page, n_lines * LINE_PX)
        first_s = look_s(View(SCREEN, Reader(recognise), lambda change: None), after)
        print(f"| {n_lines} of {WINDOW.height_px // LINE_PX} lines | {look_s(known, after):.2f} | {first_s:.2f} |")
    application.quit()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
