"""Pages of known text as a screen would show them: made up from a seed, drawn by Qt, saved with what stands where.

Run as `python -m benchmarks.specimens DIRECTORY [--sizes 10 12 ...]`; needs no screen. `legibility` reads the pages.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication, QImage, QPainter

FONTS: Mapping[str, str] = {
    "DejaVu Sans": "fonts-dejavu-core",
    "Liberation Sans": "fonts-liberation",
    "Cantarell": "fonts-cantarell",
    "Open Sans": "fonts-open-sans",
    "Roboto": "fonts-roboto-unhinted",
    "DejaVu Serif": "fonts-dejavu-core",
    "Liberation Serif": "fonts-liberation",
    "DejaVu Sans Mono": "fonts-dejavu-core",
    "Liberation Mono": "fonts-liberation",
    "Hack": "fonts-hack",
    "Roboto Condensed": "fonts-roboto-unhinted",
    "Liberation Sans Narrow": "fonts-liberation",
}
"""Five sans, two serif, three of one width, two condensed; with the Debian packages they come from."""
SIZES_PX = (10, 12, 14, 16, 20, 24)
WIDTH_PX, HEIGHT_PX = 1280, 800
N_COLUMNS, N_ROWS, N_BUTTON_ROWS = 2, 12, 3
MARGIN_PX = 24


@dataclass(frozen=True, slots=True)
class Theme:
    paper: str
    ink: str
    button: str
    border: str


THEMES: Mapping[str, Theme] = {
    "light": Theme("#ffffff", "#202124", "#eff0f1", "#b0b3b8"),
    "dark": Theme("#1e1f22", "#dfe1e5", "#35373b", "#55585e"),
}


@dataclass(frozen=True, slots=True)
class Printed:
    """One line that was drawn, and the rectangle of its letters."""

    kind: str
    text: str
    x_px: int
    y_px: int
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Page:
    """A picture, and the lines on it."""

    picture: str
    font: str
    size_px: int
    theme: str
    lines: tuple[Printed, ...]


# What is written --------------------------------------------------------------------------------------------------


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NOUNS = _words(
    "invoice report folder window account meeting garden letter budget ticket branch server printer summary chapter "
    "bicycle kitchen harbour question village illness willow million ceiling island orange"
)
VERBS = _words("moved found opened sent closed painted signed lost filled pulled billed sold called")
ADJECTIVES = _words("new old last quiet yellow final local small illegal original usual long silver")
NAMES = _words("Anna Oliver Ilse Will Jill Olga Ian Lilly Zoe Bill Quentin Mia")
ACTS = _words("Save Open Close Delete Rename Insert Import Export Undo Redo Fill Install Allow Ignore Zoom")
DOMAINS = ("example.org", "mail.example.com", "illinois.example", "cool-tools.example.net")
SUFFIXES = ("py", "txt", "toml", "jpg", "log", "html")


def label(chance: random.Random) -> str:
    act, noun = chance.choice(ACTS), chance.choice(NOUNS)
    return chance.choice([act, f"{act} as…", f"{act} all", f"{act} {noun}", noun.title(), f"{act} {noun.title()}"])


def sentence(chance: random.Random) -> str:
    name, noun, verb = chance.choice(NAMES), chance.choice(NOUNS), chance.choice(VERBS)
    forms = [
        f"{name} {verb} the {chance.choice(ADJECTIVES)} {noun}.",
        f"Is the {noun} in {name}'s {chance.choice(NOUNS)}?",
        f"I {verb} it, and then {name} did.",
        f"The {noun} (see {chance.choice(NOUNS)}) is {chance.choice(ADJECTIVES)}!",
    ]
    return chance.choice(forms)


def number(chance: random.Random) -> str:
    whole, cents = chance.randrange(1_000, 999_999), chance.randrange(100)
    forms = [
        f"{whole:,}.{cents:02d}",
        f"Total: {whole / 100:.2f} EUR",
        f"20{chance.randrange(10, 30)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
        f"{chance.randrange(24):02d}:{chance.randrange(60):02d}:{chance.randrange(60):02d}",
        f"+49 {chance.randrange(100, 999)} {chance.randrange(10**6, 10**7)}",
        f"{chance.randrange(100)} % of {whole}",
    ]
    return chance.choice(forms)


def url(chance: random.Random) -> str:
    host, page = chance.choice(DOMAINS), chance.choice(NOUNS)
    ending = chance.choice(
        [f"?id={chance.randrange(10**4)}", f"/{chance.choice(NOUNS)}", f".{chance.choice(SUFFIXES)}"]
    )
    return f"https://{host}/{page}{ending}"


def path(chance: random.Random) -> str:
    folder, file = chance.choice(NOUNS), chance.choice(NOUNS)
    version = chance.randrange(20)
    home = chance.choice([f"/home/{chance.choice(NAMES).lower()}", "/usr/lib", "~", "C:\\Users"])
    bar = "\\" if "\\" in home else "/"
    return f"{home}{bar}{folder}{bar}{file}_{version}.{chance.choice(SUFFIXES)}"


def identifier(chance: random.Random) -> str:
    one, two = chance.choice(NOUNS), chance.choice(NOUNS)
    forms = [
        f"{one}_{two}[{chance.randrange(10)}] = None",
        f"get{one.title()}{two.title()}(id)",
        f"if {one}.{two} != 0:",
        f"self._{one}_{chance.randrange(100)} += 1",
        f"MAX_{one.upper()}_{two.upper()}",
        f"{{{one!r}: {chance.randrange(1000)}}}",
    ]
    return chance.choice(forms)


def address(chance: random.Random) -> str:
    first, last = chance.choice(NAMES).lower(), chance.choice(NOUNS)
    return (
        f"{first}{chance.choice('._-')}{last}{chance.choice(['', str(chance.randrange(100))])}@{chance.choice(DOMAINS)}"
    )


KINDS: Mapping[str, Callable[[random.Random], str]] = {
    "label": label, "sentence": sentence, "number": number, "url": url, "path": path, "identifier": identifier,
    "e-mail": address,
}  # fmt: skip

# How it is drawn --------------------------------------------------------------------------------------------------


def draw_page(directory: Path, font: str, size_px: int, theme: str, chance: random.Random) -> Page:
    image = QImage(WIDTH_PX, HEIGHT_PX, QImage.Format.Format_RGB32)
    colours = THEMES[theme]
    image.fill(QColor(colours.paper))
    painter = QPainter(image)
    letters = QFont(font)
    letters.setPixelSize(size_px)
    painter.setFont(letters)
    row_px = round(1.5 * QFontMetrics(letters).height())
    lines = [*_columns(painter, colours, row_px, chance), *_buttons(painter, colours, row_px, chance)]
    painter.end()
    name = f"{font.replace(' ', '-')}-{size_px}-{theme}.png"
    image.save(str(directory / name))
    return Page(name, font, size_px, theme, tuple(lines))


def _columns(painter: QPainter, colours: Theme, row_px: int, chance: random.Random) -> list[Printed]:
    """Two columns of lines, each of another kind, the right one as tight as a paragraph."""
    painter.setPen(QColor(colours.ink))
    kinds = [kind for kind in KINDS for _ in range(N_COLUMNS * N_ROWS // len(KINDS) + 1)]
    chance.shuffle(kinds)
    lines: list[Printed] = []
    for column in range(N_COLUMNS):
        height_px = row_px if column == 0 else painter.fontMetrics().height()
        for row in range(N_ROWS):
            kind = kinds.pop()
            left, top = MARGIN_PX + column * WIDTH_PX // N_COLUMNS, MARGIN_PX + row * height_px
            lines.append(_print(painter, kind, KINDS[kind](chance), left, top))
    return lines


def _buttons(painter: QPainter, colours: Theme, row_px: int, chance: random.Random) -> list[Printed]:
    lines: list[Printed] = []
    top = MARGIN_PX + N_ROWS * row_px + MARGIN_PX
    height_px = painter.fontMetrics().height() + 10
    for row in range(N_BUTTON_ROWS):
        left, above = MARGIN_PX, top + row * 2 * row_px
        while True:
            text = label(chance)
            width_px = painter.fontMetrics().horizontalAdvance(text) + 24
            if left + width_px > WIDTH_PX - MARGIN_PX or above + height_px > HEIGHT_PX:
                break
            frame = QRect(left, above, width_px, height_px)
            painter.setPen(QColor(colours.border))
            painter.setBrush(QColor(colours.button))
            painter.drawRoundedRect(frame, 3, 3)
            painter.setPen(QColor(colours.ink))
            lines.append(_print(painter, "button", text, left + 12, above + 5))
            left += width_px + chance.randrange(6, 40)
    return lines


def _print(painter: QPainter, kind: str, text: str, left: int, top: int) -> Printed:
    metrics = painter.fontMetrics()
    painter.drawText(left, top + metrics.ascent(), text)
    return Printed(kind, text, left, top, metrics.horizontalAdvance(text), metrics.height())


def draw_pages(directory: Path, fonts: Sequence[str], sizes_px: Sequence[int], seed: int) -> list[Page]:
    return [
        draw_page(directory, font, size_px, theme, random.Random(f"{seed} {font} {size_px} {theme}"))
        for size_px in sizes_px
        for font in fonts
        for theme in THEMES
    ]


def missing_fonts() -> list[str]:
    there = set(QFontDatabase.families())
    return [font for font in FONTS if font not in there]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.specimens", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES_PX, help="of the letters, in pixels")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])  # fonts need one
    if missing := missing_fonts():
        packages = " ".join(sorted({FONTS[font] for font in missing}))
        print(f"Fonts are missing: {', '.join(missing)}. Install them: apt-get install {packages}", file=sys.stderr)
        return 1
    options.directory.mkdir(parents=True, exist_ok=True)
    pages = draw_pages(options.directory, tuple(FONTS), options.sizes, options.seed)
    text = json.dumps([asdict(page) for page in pages], ensure_ascii=False)
    (options.directory / "pages.json").write_text(text, encoding="utf-8")
    application.quit()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
