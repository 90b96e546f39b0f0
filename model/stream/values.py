"""The values that cross borders: what the senses report, what stands on a channel, what is to be done.

All are frozen. Times are monotonic nanoseconds of the running clock, places are pixels of the virtual screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Channel(StrEnum):
    """The ten channels of the stream: six in, four out."""

    USER = "user"
    TONE = "tone"
    SCREEN = "screen"
    CLIPBOARD = "clipboard"
    SELF = "self"
    OUTCOME = "outcome"
    THOUGHT = "thought"
    SPEECH = "speech"
    ACTION = "action"
    GESTURE = "gesture"


INPUTS = (Channel.USER, Channel.TONE, Channel.SCREEN, Channel.CLIPBOARD, Channel.SELF, Channel.OUTCOME)
OUTPUTS = (Channel.THOUGHT, Channel.SPEECH, Channel.ACTION, Channel.GESTURE)
ITEM_CHANNELS = (Channel.SCREEN, Channel.CLIPBOARD, Channel.OUTCOME)


class Origin(StrEnum):
    """Who is behind an event. Only `USER` grants authority."""

    USER = "user"
    SELF = "self"
    WORLD = "world"


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle on the virtual screen, in pixels, origin at the top left."""

    x_px: int
    y_px: int
    width_px: int
    height_px: int

    @property
    def centre(self) -> tuple[int, int]:
        return self.x_px + self.width_px // 2, self.y_px + self.height_px // 2


# What a sense reports -------------------------------------------------------------------------------------------


class Opening(StrEnum):
    """How the user opened the `user` channel; each of these grants authority for the utterance that follows."""

    HOLD = "hold"
    TOGGLE = "toggle"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Opened:
    """`user`: the user opened the channel, by key or by typing."""

    by: Opening


@dataclass(frozen=True, slots=True)
class Word:
    """`user`: one word, once the recogniser no longer expects to change it, or as typed."""

    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Pause:
    """`user`: the user fell silent and every word heard so far has been reported. Not a decision about turns."""


@dataclass(frozen=True, slots=True)
class ChannelClosed:
    """`user`: the key was released, the text was sent, or listening was switched off.

    `cut`: none of these, but the microphone went away. What was said may be half of it, and is not acted on.
    """

    cut: bool = False


@dataclass(frozen=True, slots=True)
class Tone:
    """`tone`: how one block of audio sounded. `pitch_hz` is 0 where no pitch was found."""

    voice: float
    """Probability of speech, 0 to 1."""
    loudness_dbfs: float
    pitch_hz: float
    silence_ms: int
    """Time since the last voiced block; 0 while voiced."""


@dataclass(frozen=True, slots=True)
class Line:
    """`screen`: a line of text appeared or changed. The sense names the line by `line_id` until it is gone."""

    line_id: int
    text: str
    place: Place
    role: str = ""
    """What its program says it is, such as `button`; empty where only the pixels are known."""


@dataclass(frozen=True, slots=True)
class LineGone:
    """`screen`: the line is no longer to be seen."""

    line_id: int


@dataclass(frozen=True, slots=True)
class Window:
    """`screen`: another window, or the same with another title, has the focus."""

    title: str
    app: str = ""


@dataclass(frozen=True, slots=True)
class Copied:
    """`clipboard`: what was copied or, with the kind `selection`, selected with the mouse.

    `text` is shortened to what is kept, of files it is their paths; `size_bytes` is the true size. A `secret` says
    nothing of itself.
    """

    kind: str
    text: str
    size_bytes: int
    count: int = 0
    """How many files."""
    width_px: int = 0
    height_px: int = 0
    """Of an image; 0 where that cannot be told."""


@dataclass(frozen=True, slots=True)
class Played:
    """`self`: one word of ours reached the loudspeaker."""

    text: str


@dataclass(frozen=True, slots=True)
class Silenced:
    """`self`: we fell silent; `cut` if words were left unsaid."""

    cut: bool
    unsaid: str = ""


@dataclass(frozen=True, slots=True)
class Sounding:
    """A block of our own voice on its way to the loudspeaker. No event: it goes to the echo canceller alone."""

    t_ns: int
    """When its first sample sounds, if the sound system were to play at once what it is given."""
    pcm: bytes
    """Mono, signed 16 bit, in the byte order of the machine."""
    sample_rate_hz: int


class Status(StrEnum):
    """What became of an action. Everything but `DONE` is an expected value, not an exception."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    ASKS = "asks"
    UNDONE = "undone"
    FIRED = "fired"
    DRY_RUN = "dry_run"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`outcome`: what became of an action, or a timer that fired. `text` is a sentence fit to be spoken."""

    action: str
    status: Status
    text: str
    action_id: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """`thought`, `speech`, `action`: a phrase of deliberation's; of an action, the call as it was written.

    `last`: it has nothing more to write there for now; then the text may be empty.
    """

    text: str
    last: bool


Data = (
    Opened
    | Word
    | Pause
    | ChannelClosed
    | Tone
    | Line
    | LineGone
    | Window
    | Copied
    | Played
    | Silenced
    | Outcome
    | Written
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something a sense noticed."""

    t_ns: int
    channel: Channel
    data: Data
    origin: Origin


# What stands on a channel ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Token:
    """A vocabulary token."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """Something with a text that can be pointed at: a line on the screen, a clipboard entry, an outcome."""

    id: int
    channel: Channel
    kind: str
    text: str
    t_ns: int
    origin: Origin
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A pointer at words that were perceived: the only way an argument gets its text.

    For `user`, `start` and `end` count words since start-up, `end` excluded, and `item_id` is None. For an item they
    count characters of its text; `end` None means all of it.
    """

    channel: Channel
    start: int
    end: int | None
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """`action`: the name of an action; opens a sequence."""

    name: str


@dataclass(frozen=True, slots=True)
class Fill:
    """`action`: one argument of the action just named."""

    slot: str
    span: Span


@dataclass(frozen=True, slots=True)
class Go:
    """`action`: the sequence is complete, act."""


ActionToken = Call | Fill | Go


@dataclass(frozen=True, slots=True)
class Gesture:
    """`gesture`: what the avatar does; `place` where it points, if it points."""

    kind: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """One beat of the loop. `dt_ms` is the time since the beat before."""

    index: int
    t_ns: int
    dt_ms: float


@dataclass(frozen=True, slots=True)
class Seen:
    """The input channels at one tick, as the mind reads them: at most one token or item on each."""

    tick: Tick
    user: Token | None = None
    word: int | None = None
    """Which word of the user's the piece in `user` belongs to, counted since start-up."""
    coming: tuple[int, ...] = ()
    """The next few pieces that wait behind `user`, up to a mark: for what can be made ready ahead, and nothing more."""
    tone: int = 0
    self_: Token | None = None
    items: Mapping[Channel, Item] = field(default_factory=dict[Channel, Item])
    field: tuple[Item, ...] = ()
    """What is present now, newest first, bounded."""


@dataclass(frozen=True, slots=True)
class Step:
    """What stood on every channel at one tick."""

    seen: Seen
    thought: Token | None = None
    speech: Token | Span | None = None
    action: ActionToken | None = None
    gesture: Gesture | None = None
    surprise: Mapping[Channel, float] = field(default_factory=dict[Channel, float])
    """Minus log probability, in nats, of what each input channel brought."""
    busy: bool = False
    """An output is unfinished: the mind wants the next tick at once."""


# What is to be done ---------------------------------------------------------------------------------------------


class Risk(StrEnum):
    """How much an action can do wrong; declared per action, never chosen by a model."""

    LOOK = "look"
    REVERSIBLE = "reversible"
    OUTWARD = "outward"
    DESTRUCTIVE = "destructive"


@dataclass(frozen=True, slots=True)
class Slot:
    """An argument of an action. `kind` names how its words are read: text, name, keys, number, duration, ..."""

    name: str
    kind: str = "text"
    required: bool = True
    choices: tuple[str, ...] = ()
    """What it may hold, where that is one of a few phrases; it is then found in the user's words by these alone."""


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """An action as declared: its name is the contract, its description and examples make its embedding."""

    name: str
    description: str
    risk: Risk
    slots: tuple[Slot, ...] = ()
    examples: tuple[str, ...] = ()
    undoable: bool = False
    missing: str = ""
    """Why it cannot be done yet, as a sentence; empty if it can."""

    def slot(self, name: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.name == name), None)


@dataclass(frozen=True, slots=True)
class Action:
    """An action the mind decided on. Its arguments are pointers; texts and provenance are the executor's to find."""

    id: int
    name: str
    spans: Mapping[str, Span]
    t_ns: int
    utterance: int
    """Which opening of the `user` channel it answers; 0 if the user had not asked for anything."""
    follows: int = 0
    """The action that the same words asked for before it; 0 if it is the first."""
    words: tuple[int, int] = (0, 0)
    """What had been said when it was decided, from the opening of the channel on, counted since start-up."""
    finished: bool = True
    """Whether the user had paused behind these words, or closed the channel."""
    composed: Mapping[str, str] = field(default_factory=dict[str, str])
    """Arguments that stand nowhere: a language model spelled them."""

    @property
    def is_written(self) -> bool:
        """Whether a language model wrote it; its actions have ids below zero."""
        return self.id < 0


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument with its text and where it came from."""

    text: str
    provenance: str
    """A channel's name, or `composed`."""


class Manner(StrEnum):
    """How a phrase is said."""

    PLAIN = "plain"
    CALM = "calm"
    BRIGHT = "bright"
    SLOW = "slow"
    FAST = "fast"
    WHISPER = "whisper"


@dataclass(frozen=True, slots=True)
class Say:
    """Words for the voice: one phrase. `last` if the reply ends with it."""

    text: str
    spans: tuple[Span, ...] = ()
    last: bool = False
    manner: Manner = Manner.PLAIN


@dataclass(frozen=True, slots=True)
class Hush:
    """Yield the floor: stop speaking now."""


Effect = Say | Hush | Action | Gesture
