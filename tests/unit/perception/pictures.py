"""Pictures of screens, drawn without a screen."""

from __future__ import annotations

import cv2
import numpy as np

from model.stream.values import Place
from perception.layout import Picture

WHITE, BLACK = 255, 0


def blank(width_px: int = 800, height_px: int = 400, level: int = WHITE) -> Picture:
    return np.full((height_px, width_px), level, np.uint8)


def write(picture: Picture, text: str, x_px: int, y_px: int, level: int = BLACK, scale: float = 0.5) -> None:
    """`y_px` is the baseline. Capitals are about 22 pixels high at a scale of 1."""
    cv2.putText(picture, text, (x_px, y_px), cv2.FONT_HERSHEY_SIMPLEX, scale, level, 1, cv2.LINE_AA)


def width_of(text: str, scale: float = 0.5) -> int:
    return cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)[0][0]


def frame(picture: Picture, place: Place, level: int = BLACK) -> None:
    corner = (place.x_px + place.width_px, place.y_px + place.height_px)
    cv2.rectangle(picture, (place.x_px, place.y_px), corner, level, 1)
