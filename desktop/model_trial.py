"""Loads a model in a process of its own: engines written in C++ may end the process over a file they dislike."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from desktop.model_kinds import Kind
from model.stream.errors import ModelFailed
from perception.sherpa_layout import STREAMING

WITHIN_S = 300
MAX_QUOTED = 200
TRIED_TOKENS = 512


def try_model(kind: Kind, main: Path) -> None:
    """Load and use it once. Raises `ModelFailed` with a sentence if it cannot be used; takes seconds."""
    command = (sys.executable, "-m", "desktop.model_trial", kind.value, str(main))
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=WITHIN_S)
    except subprocess.TimeoutExpired as error:
        raise ModelFailed(f"It was not loaded within {WITHIN_S} seconds. Take a smaller one.") from error
    answer = _answer(done.stdout)
    if answer is None:
        raise ModelFailed(
            f"Its engine {_how_it_ended(done.returncode)} when loading it{_last_words(done.stderr)}. "
            f"The file may be damaged: fetch it again.{_CURES[kind]}"
        )
    if answer:
        raise ModelFailed(answer)


def _answer(written: str) -> str | None:
    """What is wrong, nothing if nothing is, None where the child did not live to say."""
    for line in reversed(written.splitlines()):
        try:
            return str(json.loads(line)["fault"])
        except (ValueError, KeyError, TypeError):
            continue
    return None


def _how_it_ended(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _last_words(written: str) -> str:
    lines = [re.sub(r"^/\S+:\d+ ", "", line.strip()) for line in written.splitlines() if line.strip()]
    return f" ({lines[-1][-MAX_QUOTED:].rstrip('.')})" if lines else ""


_CURES = {Kind.RECOGNISER: f" {STREAMING}", Kind.VOICE: " Or take another voice.", Kind.LANGUAGE: ""}


# In the child -----------------------------------------------------------------------------------------------------


def _try_recogniser(folder: Path) -> None:
    from perception.sherpa import try_out

    try_out(folder)


def _try_voice(file: Path) -> None:
    from actions.piper import PiperSynthesiser

    PiperSynthesiser(file)  # says a word to itself, and raises if nothing is heard of it


def _try_language(file: Path) -> None:
    """Reads the index of its tensors, each of which must lie within the file; where there is an engine, loads it and
    writes its chat template out."""
    from gguf import GGUFReader

    if not GGUFReader(file).tensors:
        raise ModelFailed(f"{file.name} holds no weights. Fetch it again.")
    if find_spec("llama_cpp") is not None:
        from model.deliberation.llama import LlamaContext
        from model.deliberation.template import frame_of

        context = LlamaContext(file, TRIED_TOKENS, 1, lambda: False)
        frame_of(context.template, "Hello.")


_TRIALS: dict[Kind, Callable[[Path], None]] = {
    Kind.RECOGNISER: _try_recogniser,
    Kind.VOICE: _try_voice,
    Kind.LANGUAGE: _try_language,
}


def main(kind: str, path: str) -> None:
    """The child: one line of JSON that says what is wrong, or that nothing is."""
    fault = ""
    try:
        _TRIALS[Kind(kind)](Path(path))
    except ModelFailed as error:
        fault = str(error)
    except Exception as error:  # noqa: BLE001  engines raise what they like; it is all the same to who asks
        fault = (
            f"{Path(path).name} cannot be loaded ({type(error).__name__}: {str(error)[:MAX_QUOTED]}). Fetch it again."
        )
    sys.stdout.write(json.dumps({"fault": fault}) + "\n")
    sys.stdout.flush()
    os._exit(0)  # what was said stands, whatever the engine does while it is taken down


if __name__ == "__main__":
    main(*sys.argv[1:])
