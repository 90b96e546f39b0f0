"""Text in pictures: lines are found by their looks, and read by the recognition network that rapidocr carries."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.stream.errors import BadSettings, ModelFailed
from model.stream.values import Place
from perception.layout import Picture, find_lines, pieces_of
from perception.letters import Letters
from perception.merging import Told, settled
from perception.tiles import overlap

MODEL = "models/PP-OCRv6_rec_small.onnx"
HEIGHT_PX = 48
"""The height of every picture that the network reads, in proportion: squeezed to three quarters, it lost one letter in
twenty, most of them l and i."""
MIN_WIDTH_PX, MAX_WIDTH_PX = 48, 1000
"""The network keeps the memory that its widest picture took: 86 MB with these, 95 with 1,500. What is wider is
squeezed; in half a minute of reading no piece of a whole line was wider than 774."""
N_THREADS = 1
"""The network runs on the thread that calls it: with two, one that has to wait for a busy core holds up both, and a
screen took ten times as long on a loaded machine."""
N_READERS = 2
MARGIN = 4
"""Of its height, the part that is added above and below a line."""
MIN_CONFIDENCE = 0.6
SURE = 0.95
"""How confident the network must be for its reading to teach how letters look."""
MAX_REMEMBERED = 8192
LIKELY_L = 0.2
"""How likely an l between small letters must be to be one where a 1 is likelier. In fonts of one width they look alike:
a true l is then given 0.24 to 0.4, and in the place of a true 1 it was given 0.13 at most."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in the picture of a line or a piece of one, and how sure that is, 0 to 1."""

    text: str
    confidence: float
    at: tuple[float, ...] = ()
    """Where each letter was seen, 0 to 1 of the width."""


Recognise = Callable[[Picture], Reading]
Tell = Callable[[Sequence[Place]], Sequence[Told | None]]
"""Asked of the places of lines what is known of them without reading."""


def nobody(places: Sequence[Place]) -> Sequence[Told | None]:
    return [None] * len(places)


class Network:
    """The recognition network. Safe to call from several threads. Raises `ModelFailed` if it cannot be loaded."""

    def __init__(self) -> None:
        import onnxruntime  # half a second, paid when the first line is read

        options: Any = onnxruntime.SessionOptions()  # pyright: ignore[reportAttributeAccessIssue]
        options.intra_op_num_threads = N_THREADS
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # Each width of a line would leave a plan of its own behind.
        options.enable_mem_pattern = False
        # Threads that spin while they wait would take the cores from whoever the user is really working with.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        path = _model_path()
        try:
            self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            characters: str = self._session.get_modelmeta().custom_metadata_map["character"]
        except Exception as error:  # onnxruntime's own exceptions have no common base
            raise ModelFailed(f"The text recogniser {path} cannot be loaded: {error}. Reinstall rapidocr.") from error
        self._input = self._session.get_inputs()[0].name
        # The first class of the network stands for "no character here", the last for a space.
        self._alphabet = ["", *characters.splitlines(), " "]

    def __call__(self, picture: Picture) -> Reading:
        odds: NDArray[np.float32] = self._session.run(None, {self._input: _prepared(picture)})[0][0]
        return spelled(odds, self._alphabet)


class Reader:
    """Reads pictures and remembers what it read, so that pixels seen before cost next to nothing."""

    def __init__(self, recognise: Recognise | None = None) -> None:
        self._recognise = recognise
        self._letters = Letters()
        self._known: OrderedDict[bytes, Reading] = OrderedDict()
        self._under_way: dict[bytes, Future[Reading]] = {}
        self._lock = threading.Lock()

    def read(self, picture: Picture, inside: Place | None = None, tell: Tell = nobody) -> Iterator[tuple[str, Place]]:
        """The lines in a picture, from top to bottom, each as soon as it is read; only those that touch `inside`."""
        places = [place for place in find_lines(picture) if inside is None or overlap(place, inside) is not None]
        for place, told in zip(places, tell(places), strict=True):
            if text := self._text(picture, place, told):
                yield text, place

    def read_soon(self, picture: Picture, tell: Tell = nobody) -> list[tuple[str, Place]]:
        """All lines in a picture, on two cores if they are free: somebody is waiting."""
        places = find_lines(picture)
        texts = _readers().map(partial(self._text, picture), places, tell(places))
        return [(text, place) for text, place in zip(texts, places, strict=True) if text]

    def _text(self, picture: Picture, place: Place, told: Told | None) -> str | None:
        return settled(told, lambda: _certain(self.read_line(picture, place)))

    def read_line(self, picture: Picture, place: Place) -> Reading:
        crop, rows = _crop(picture, place)
        readings = [self._read_piece(crop[:, start:end], rows) for start, end in pieces_of(crop)]
        text = " ".join(reading.text for reading in readings if reading.text)
        return Reading(text, float(np.mean([reading.confidence for reading in readings])))

    def _read_piece(self, piece: Picture, rows: slice) -> Reading:
        """`rows` are those of the line itself, without what is above and below."""
        pixels = np.ascontiguousarray(piece)
        key = hashlib.blake2b(pixels.data, digest_size=16, salt=f"{piece.shape[1]}".encode()).digest()
        with self._lock:
            if (reading := self._known.get(key)) is not None:
                self._known.move_to_end(key)
                return reading
            others = self._under_way.get(key)
            future = self._under_way.setdefault(key, Future())
        if others is None:
            self._fulfil(future, key, pixels, rows)
        return future.result()

    def _fulfil(self, future: Future[Reading], key: bytes, pixels: Picture, rows: slice) -> None:
        """What goes wrong is not remembered: it may go better next time."""
        try:
            reading = self._reading_of(pixels, rows)
            future.set_result(reading)
            self._remember(key, Reading(reading.text, reading.confidence))
        except BaseException as error:
            future.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._under_way[key]

    def _remember(self, key: bytes, reading: Reading) -> None:
        with self._lock:
            self._known[key] = reading
            if len(self._known) > MAX_REMEMBERED:
                self._known.popitem(last=False)

    def _reading_of(self, piece: Picture, rows: slice) -> Reading:
        text = self._letters.read(piece[rows])
        if text is not None:
            return Reading(text, 1.0)
        reading = (self._recognise or network())(piece)
        if reading.confidence >= SURE:
            self._letters.learn(piece[rows], reading.text, reading.at)
        return reading


def _certain(reading: Reading) -> str | None:
    return reading.text if reading.confidence >= MIN_CONFIDENCE else None


@cache
def _readers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(N_READERS, thread_name_prefix="reading")


@cache
def network() -> Network:
    """One for the whole process, loaded when the first line is read."""
    return Network()


@cache
def reader() -> Reader:
    """One for the whole process: what the eyes read in passing, the hands find known."""
    return Reader()


def read_picture(path: Path) -> list[tuple[str, Place]]:
    """The lines of text in a picture file. Raises `BadSettings` if it is none, `ModelFailed`."""
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) if path.is_file() else None
    if picture is None:
        raise BadSettings(f"The picture {path} cannot be read: give an existing PNG or JPEG file.")
    return reader().read_soon(np.asarray(picture, np.uint8))


def _model_path() -> Path:
    rapidocr = find_spec("rapidocr")  # only its data is needed; importing it would take a second
    if rapidocr is None or rapidocr.origin is None:
        raise ModelFailed("Text on the screen cannot be read: rapidocr is not installed. Run `pip install rapidocr`.")
    return Path(rapidocr.origin).parent / MODEL


def _crop(picture: Picture, place: Place) -> tuple[Picture, slice]:
    """The line with some of what surrounds it, as the network is used to, and which rows of that are its own."""
    margin = max(3, place.height_px // MARGIN)
    top, left = max(0, place.y_px - margin), max(0, place.x_px - margin)
    crop = picture[top : place.y_px + place.height_px + margin, left : place.x_px + place.width_px + margin]
    return crop, slice(place.y_px - top, place.y_px - top + place.height_px)


def _prepared(picture: Picture) -> NDArray[np.float32]:
    """[1, 3, HEIGHT_PX, width], -1 to 1."""
    height_px, width_px = picture.shape
    width_px = min(MAX_WIDTH_PX, max(MIN_WIDTH_PX, round(width_px * HEIGHT_PX / height_px)))
    scaled = cv2.resize(picture, (width_px, HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
    levels = scaled.astype(np.float32) / 127.5 - 1.0
    return np.ascontiguousarray(np.broadcast_to(levels, (1, 3, HEIGHT_PX, width_px)))


def spelled(odds: NDArray[np.float32], alphabet: list[str]) -> Reading:
    """`odds` are [columns, characters]. The likeliest character of each column; repeats and blanks are dropped.

    Source: Graves et al. 2006, Connectionist Temporal Classification, best path decoding.
    """
    best = odds.argmax(axis=1)
    kept = (best != 0) & (best != np.concatenate(([0], best[:-1])))
    if not kept.any():
        return Reading("", 0.0)
    columns = np.flatnonzero(kept)
    letters = [alphabet[index] for index in best[columns].tolist()]
    for n in range(1, len(letters) - 1):
        among_small = letters[n - 1].islower() and letters[n + 1].islower()
        if letters[n] == "1" and among_small and odds[columns[n], alphabet.index("l")] >= LIKELY_L:
            letters[n] = "l"
    text = "".join(letters)
    at = tuple(((columns + 0.25) / len(best)).tolist())[len(text) - len(text.lstrip()) :]
    return Reading(text.strip(), float(odds.max(axis=1)[kept].mean()), at[: len(text.strip())])
