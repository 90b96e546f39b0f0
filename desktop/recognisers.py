"""Which recogniser listens: the model that the user chose, or the one that ships, and what is better than that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.espeak import pronunciation
from desktop.model_kinds import Kind
from desktop.model_store import ModelStore
from desktop.places import Places
from model.stream.errors import ModelFailed
from perception import sherpa
from perception.recogniser import PocketsphinxRecogniser, Recogniser
from perception.sherpa import SherpaRecogniser

BETTER = "csukuangfj/sherpa-onnx-streaming-zipformer-en-2023-06-26"
"""A streaming transducer of 66 million weights, trained on LibriSpeech, under Apache-2.0.

Size: of the files that `models add` fetches, as the hub lists them. Errors: LibriSpeech test-clean and test-other in
pieces of 320 ms, before its weights were made 8 bits.
Source: icefall, egs/librispeech/ASR/RESULTS.md, zipformer, streaming.
"""
SHIPPED = "pocketsphinx (US English)"
OFFER = (
    f"Speech is recognised by {SHIPPED}, which mishears often. A better recogniser is a download of 73 MB: "
    f"`ambidex models add {BETTER} --name zipformer`, then `ambidex models use zipformer`. As published, it gets 3.1 % "
    "of the words wrong in clean read English, 7.8 % in harder recordings; we have not measured it."
)


@dataclass(frozen=True)
class Listener:
    """`name` is for people; `fault` is a sentence about a chosen model that cannot be used."""

    recogniser: Recogniser
    name: str
    fault: str = ""


def open_recogniser(places: Places, phrases: Sequence[str]) -> Listener:
    """The chosen one or, where that does not load, the one that ships. Raises `ModelFailed` if not even that loads."""
    fault = ""
    try:
        folder = ModelStore(places.models).chosen(Kind.RECOGNISER)
        if folder is not None:
            return Listener(SherpaRecogniser(folder, phrases), f"sherpa-onnx with the model {folder.name}")
    except ModelFailed as error:
        fault = f"{error} Until then pocketsphinx listens."
    return Listener(PocketsphinxRecogniser(phrases, pronunciation), SHIPPED, fault)


def offer() -> str:
    """How to get a better recogniser, with its price and what is said of it."""
    return f"{OFFER} {reason}" if (reason := sherpa.missing()) else OFFER


def first_offer(places: Places) -> str:
    """The offer, once, to whoever has set nothing up yet; empty ever after."""
    told = places.state / "offered-a-recogniser"
    if places.settings.exists() or told.exists() or not ModelStore(places.models).empty():
        return ""
    try:
        told.parent.mkdir(parents=True, exist_ok=True)
        told.touch()
    except OSError:
        return ""  # what cannot be noted as told would be told at every start
    return offer()
