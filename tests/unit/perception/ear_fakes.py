"""A recogniser and a tone meter that say what a test tells them to."""

from collections.abc import Iterable, Sequence

from model.stream.values import Tone, Word
from perception.tone import BLOCK_MS, VOICED, Block


class ScriptedRecogniser:
    """Reports a row of words per block and one at the end, the same in every utterance."""

    def __init__(self, by_block: Sequence[Sequence[str]] = (), at_end: Sequence[str] = (), end: float = 1.0) -> None:
        self.utterances: list[int] = []
        """How many blocks each utterance had."""
        self.samples: list[int] = []
        """How much audio each utterance had."""
        self.expected: list[Sequence[str]] = []
        self._by_block = by_block
        self._at_end = at_end
        self._end = end

    def expect(self, phrases: Sequence[str]) -> None:
        self.expected.append(phrases)

    def start(self) -> None:
        self.utterances.append(0)
        self.samples.append(0)

    def listen_ahead(self, piece: Block) -> None:
        self.samples[-1] += piece.size

    def accept(self, block: Block) -> list[Word]:
        self.listen_ahead(block)
        n = self.utterances[-1]
        self.utterances[-1] += 1
        return [Word(text) for text in self._by_block[n]] if n < len(self._by_block) else []

    def finish(self) -> list[Word]:
        return [Word(text) for text in self._at_end]

    def partial(self) -> str:
        return "maybe"

    def end_probability(self) -> float:
        return self._end


class ScriptedMeter:
    """Voiced where the script says so, block by block, and still for so long, piece by piece; silent after its end.

    A voiced block of which pieces were listened to ahead is still for as long as they said.
    """

    def __init__(self, voiced: Iterable[bool], still_ms: Iterable[int] = ()) -> None:
        self._voiced = iter(voiced)
        self._still_ms = iter(still_ms)
        self._silence_ms = 0
        self._is_ahead = False
        self.still_ms = 0

    def reset(self) -> None:
        self._silence_ms = 0

    def listen_ahead(self, piece: Block) -> float:
        """Of the voice it knows nothing before the block is complete."""
        del piece
        self._is_ahead = True
        self.still_ms = next(self._still_ms, 0)
        return 0.0

    def hear(self, block: Block) -> Tone:
        voiced = next(self._voiced, False)
        self._silence_ms = 0 if voiced else self._silence_ms + BLOCK_MS
        if voiced and not self._is_ahead:
            self.still_ms = 0
        self._is_ahead = False
        return Tone(VOICED if voiced else 0.0, -20.0, 0.0, self._silence_ms)
