"""One trunk that everything perceived is appended to, and a twig for each output stream that grows from its tip.

The trunk is read once, as it comes. A twig shares the trunk's cells, goes on with the end of the turn and the name of
its stream, and is decoded together with the others, one token of each per step. At the end of a phrase the phrase
becomes a line of the trunk, and the twig grows from the new tip: so each stream learns what the others wrote. Only
whole twigs are ever thrown away, so that models that cannot forget a part (hybrid and recurrent ones) do the same.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from model.deliberation.kept import unfinished
from model.deliberation.llama import MAX_BATCH, Aborted, Held, LlamaContext, Logits, Row
from model.deliberation.phrase import Phrase, Stream
from model.deliberation.template import Frame
from model.deliberation.tools import read_call
from model.stream.errors import ModelFailed, NotPermitted

TRUNK = 0
READ_AT_ONCE = 64
"""Tokens of the trunk in one step while a stream is decoded: reading must not hold up speaking for long."""
FEW = 16
"""Unread tokens that a twig reads by itself."""
MAX_NAME = 4
"""Tokens of a stream's name."""
MAX_PHRASE = 64
"""Tokens; a phrase that goes on beyond is ended there."""
MAX_CALL = 256
"""Tokens of an action, and at most an eighth of the context."""
MIN_WORDS = 4
_SENTENCE = re.compile(r"[.!?…:;]$")


SEQUENCES = {stream: n for n, stream in enumerate(Stream, TRUNK + 1)}


@dataclass
class _Twig:
    """`waiting` is what it is to be given next; behind the last of it a token is asked for."""

    stream: Stream
    position: int
    waiting: list[int]
    held: Held | None = None
    """To a grammar."""
    written: bytes = b""
    n_written: int = 0


class Streams:
    """The trunk and its twigs in one context. Greedy, hence the same input always gives the same phrases."""

    def __init__(self, context: LlamaContext, frame: Frame) -> None:
        self._context = context
        self._tail = context.tokenize(frame.tail, special=True)
        self.longest = dict.fromkeys(Stream, MAX_PHRASE) | {Stream.DO: min(MAX_CALL, context.n_context // 8)}
        """Tokens of a phrase."""
        self._reserve = sum(FEW + len(self._tail) + MAX_NAME + most for most in self.longest.values())
        self._trunk = [*context.begin, *context.tokenize(frame.head, special=True)]
        """All of it; what the context has of it is read."""
        self._fixed = len(self._trunk)
        if context.n_context < self._fixed + 2 * self._reserve:
            raise ModelFailed(f"A context of {context.n_context} tokens is too small: set `language_context` higher.")
        self._starts: list[int] = []
        """Where its lines begin."""
        self._line_open = False
        self._forgotten = 0
        self._twigs: dict[Stream, _Twig] = {}

    # The trunk ------------------------------------------------------------------------------------------------------

    @property
    def unread(self) -> int:
        """Tokens of the trunk that are still to be read."""
        return len(self._trunk) - self._context.length(TRUNK)

    @property
    def length(self) -> int:
        """Tokens of the trunk since it began, read and unread, and those that were forgotten."""
        return self._forgotten + len(self._trunk)

    @property
    def begins(self) -> int:
        """Where what is still known of it begins, behind the system's words; the rest had to make room."""
        return self._fixed + self._forgotten

    def append(self, pieces: Iterable[str]) -> None:
        """Add to the trunk. What ends with a new line ends a line."""
        for piece in pieces:
            if not self._line_open:
                self._starts.append(len(self._trunk))
            self._line_open = not piece.endswith("\n")
            self._trunk += self._context.tokenize(piece)

    def rewind(self, length: int) -> bool:
        """Let the trunk be as it was when it had this `length`. Where the model cannot forget a part, it reads again.
        False, and nothing changed, where that was so long ago that it is forgotten."""
        end = length - self._forgotten
        if end < self._fixed:
            return False
        if end < self._context.length(TRUNK):
            self._cut(end)
        del self._trunk[end:]
        del self._starts[bisect_left(self._starts, end) :]
        self._line_open = end > self._fixed and not self._context.piece(self._trunk[-1]).endswith(b"\n")
        return True

    def _cut(self, length: int) -> None:
        if not self._context.cut(TRUNK, length):
            self._context.cut(TRUNK, -1)

    # On disk --------------------------------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """The trunk, so that another process with the same model can go on. Whole or not at all, for its owner alone.
        Raises `NotPermitted` where the disk says no."""
        self.drop_all()
        while self.unread:
            self._read()
        state = self._context.save(TRUNK)
        about = json.dumps({"model": self._context.mark, "trunk": self._trunk, "starts": self._starts}).encode() + b"\n"
        check = b"%d\n" % zlib.crc32(state, zlib.crc32(about))
        other = unfinished(path)
        try:
            other.unlink(missing_ok=True)
            with os.fdopen(os.open(other, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.writelines((check, about, state))
            other.replace(path)
        except OSError as error:
            other.unlink(missing_ok=True)
            raise NotPermitted(f"The conversation cannot be kept in {path}: {error.strerror}.") from error

    def restore(self, path: Path) -> bool:
        """Go on where `save` was called, much sooner than by reading again. False, and nothing changed, where there is
        nothing of this model, or something that is damaged."""
        try:
            with path.open("rb") as file:
                check, line, state = int(file.readline()), file.readline(), file.read()
            about = json.loads(line)
            fits = about["model"] == self._context.mark and check == zlib.crc32(state, zlib.crc32(line))
            trunk, starts = [int(token) for token in about["trunk"]], [int(start) for start in about["starts"]]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        if not fits or trunk[: self._fixed] != self._trunk or len(trunk) + self._reserve >= self._context.n_context:
            return False
        self._context.cut(TRUNK, -1)
        if not self._context.restore(TRUNK, state) or self._context.length(TRUNK) != len(trunk):
            self._context.cut(TRUNK, -1)
            return False
        self._trunk, self._starts = trunk, starts
        self._line_open = not self._context.piece(trunk[-1]).endswith(b"\n")
        self.append(["\n"] if self._line_open else [])
        return True

    # Twigs ----------------------------------------------------------------------------------------------------------

    @property
    def growing(self) -> frozenset[Stream]:
        return frozenset(self._twigs)

    @property
    def ready(self) -> bool:
        """Whether so little is unread that a twig can begin."""
        return self.unread <= FEW

    def grow(self, stream: Stream, grammar: str = "") -> None:
        """Begin a phrase at the tip of the trunk, held to `grammar` if there is one. What is unread is read first; a
        few tokens the twig reads itself, which is sooner than two batches."""
        self.drop(stream)
        while self.unread > FEW:
            self._read()
        start = self._context.tokenize("\n") if self._line_open else []
        read = self._context.length(TRUNK)
        waiting = [*self._trunk[read:], *start, *self._tail, *self._context.tokenize(f"{stream.value}:")]
        self._context.share(TRUNK, SEQUENCES[stream])
        self._twigs[stream] = _Twig(stream, read, waiting, self._context.held(grammar) if grammar else None)

    def drop(self, stream: Stream) -> None:
        """Stop in the middle of it. Idempotent."""
        if self._twigs.pop(stream, None) is not None:
            self._context.cut(SEQUENCES[stream], -1)

    def drop_all(self) -> None:
        for stream in self.growing:
            self.drop(stream)

    # Computing ------------------------------------------------------------------------------------------------------

    def step(self) -> list[Phrase]:
        """One batch: a token of every twig, and some of what is unread. Returns the phrases that ended with it.

        Raises `Aborted`: then no twig grows any more, and what was to be read is still to be read.
        """
        self._make_room()
        twigs = tuple(self._twigs.values())
        begins = any(not twig.n_written for twig in twigs)
        rows = [] if begins else self._unread_rows(READ_AT_ONCE if twigs else MAX_BATCH)
        for twig in twigs:
            last = len(twig.waiting) - 1
            sequence = SEQUENCES[twig.stream]
            rows += [Row(t, twig.position + n, sequence, n == last) for n, t in enumerate(twig.waiting)]
        logits = self._decode(rows)
        written = (self._write(twig, scores) for twig, scores in zip(twigs, logits, strict=True))
        return [phrase for phrase in written if phrase is not None]

    def _read(self) -> None:
        self._make_room()
        self._decode(self._unread_rows(MAX_BATCH))

    def _unread_rows(self, at_most: int) -> list[Row]:
        start = self._context.length(TRUNK)
        return [Row(token, start + n, TRUNK) for n, token in enumerate(self._trunk[start : start + at_most])]

    def _decode(self, rows: Sequence[Row]) -> list[Logits]:
        before = self._context.length(TRUNK)
        try:
            return self._context.decode(rows) if rows else []
        except Aborted:
            self.drop_all()
            self._cut(before)
            raise

    def _write(self, twig: _Twig, scores: Logits) -> Phrase | None:
        twig.position += len(twig.waiting)
        token = twig.held.choose(scores) if twig.held else int(scores.argmax())
        ends = token is None or self._context.ends(token)
        if token is not None and not ends:
            twig.written += self._context.piece(token)
            twig.n_written += 1
            twig.waiting = [token]
        text = twig.written.decode("utf-8", "ignore").lstrip()
        whole = read_call(text) is not None if twig.held else "\n" in text or _is_sentence(text)
        if not (ends or whole or twig.n_written >= self.longest[twig.stream]):
            return None
        self.drop(twig.stream)
        return Phrase(twig.stream, text.partition("\n")[0].rstrip(), ends)

    def _make_room(self) -> None:
        """Forget the oldest third of what was perceived, where otherwise the context would be full. What stays is
        moved, or read again where the model cannot move what it has read."""
        while len(self._trunk) + self._reserve >= self._context.n_context and self._starts:
            self._forget()

    def _forget(self) -> None:
        self.drop_all()
        wanted = self._fixed + (len(self._trunk) - self._fixed) // 3
        end = next((start for start in self._starts if start >= wanted), len(self._trunk))
        gone = end - self._fixed
        read = self._context.length(TRUNK)
        if read >= end and self._context.can_shift and self._context.cut(TRUNK, self._fixed, end):
            self._context.shift(TRUNK, end, -gone)
        else:
            self._cut(min(read, self._fixed))
        del self._trunk[self._fixed : end]
        self._forgotten += gone
        self._starts = [start - gone for start in self._starts if start >= end]


def _is_sentence(text: str) -> bool:
    return bool(_SENTENCE.search(text)) and len(text.split()) >= MIN_WORDS
