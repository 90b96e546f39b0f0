"""The toy language of the tests of deliberation: transcripts of channels, and the right next line of each channel.

The user asks for a capital, the clipboard, an explanation, a count, a page or a poem, or speaks to somebody else.
`answer` says what is right, so that a test can compare exactly.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from model.deliberation.tools import line_of
from model.stream.catalogue import load_catalogue
from resources import ROOT

CHANNELS = ("user", "pause", "think", "self", "do", "outcome", "screen", "clipboard", "tool")  # of a transcript's lines
OUTPUTS = ("think", "say", "do")  # what is asked for; what was said comes back as `self`
CAPITALS = {
    "france": "paris", "italy": "rome", "spain": "madrid", "japan": "tokyo", "peru": "lima", "kenya": "nairobi",
    "norway": "oslo", "egypt": "cairo", "cuba": "havana", "ghana": "accra", "chile": "santiago", "greece": "athens",
}  # fmt: skip
EXPLANATIONS = {
    "rain": ("rain is water that falls from clouds", "it begins when small drops join together",
             "it fills the rivers and feeds the plants"),
    "snow": ("snow is made of very small crystals", "they grow in clouds where it is cold",
             "it melts when the days get warm again"),
    "wind": ("wind is air that moves around us", "the sun warms some places more than others",
             "so the air flows from high to low"),
    "fire": ("fire is a fast and hot change", "it needs fuel and heat and some air",
             "take one of them away and it ends"),
    "bread": ("bread is baked from flour and water", "yeast makes the dough rise for hours",
              "then the oven gives it a brown crust"),
    "tea": ("tea is made of leaves and water", "the water has to be nearly boiling",
            "wait three minutes before you drink it"),
}  # fmt: skip
POEMS = {
    "rain": "small drops fall and rivers grow", "snow": "white and still the garden sleeps",
    "wind": "it sings in the old trees", "fire": "warm light dances in the dark",
    "bread": "flour and water and a little time", "tea": "a warm cup on a long day",
}  # fmt: skip
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
OUTCOMES = ("it is open", "the page is open", "opened the page", "done", "it was not done", "shall i do it")
TOOLS = {name: line_of(spec) for name, spec in load_catalogue(ROOT / "actions.toml").items()}
OPENERS = (
    "what",
    "explain",
    "count",
    "open",
    "write",
    "tell",
    "ask",
    "stop",
)  # the words that a new request starts with
PEOPLE = ("mum", "dad", "anna", "tom")
# Fixed words for pages and clipboards: in its few minutes the model does not learn to copy any word exactly.
PAGES = ("vonake", "gisa", "radu", "nolusi", "biku", "mozu", "lodebi", "suravu")
COLOURS = (
    "red", "blue", "green", "white", "black", "yellow", "pink", "grey", "gold", "silver", "purple", "orange",
)  # fmt: skip
THINGS = (
    "lamp", "boat", "chair", "piano", "spoon", "window", "garden", "hammer", "pencil", "basket", "mirror", "ladder",
)  # fmt: skip

COPIES = [f"{colour} {thing}" for colour, thing in zip(COLOURS, THINGS, strict=True)]

Line = tuple[str, str]  # channel and text
Answer = tuple[str, bool]  # the phrase, and whether more of the same channel follows it
NOTHING: Answer = ("", False)


# What is right


@dataclass
class Request:
    """What the user asked last, and what came of it so far."""

    words: list[str] = field(default_factory=list[str])
    thought: bool = False
    paused: bool = False
    said: int = 0
    done: bool = False
    acted: bool = False
    clipboard: str = ""
    tools: set[str] = field(default_factory=set[str])

    def read(self, channel: str, text: str) -> None:
        """Takes in the transcript's next line, or a part of one of the user's."""
        if channel == "user":
            self.paused = False
            for word in text.split():
                if word in OPENERS:
                    self.words, self.thought, self.said, self.done, self.acted = [], False, 0, False, False
                self.words.append(word)
        elif channel == "pause":
            self.paused = True
        elif channel == "think":
            self.thought = True
        elif channel == "self":  # before the pause it is the end of what was said to an earlier request
            self.said += self.paused
        elif channel == "do":
            self.acted = True
        elif channel == "outcome":
            self.done = True
        elif channel == "tool":
            self.tools.add(text.partition("(")[0])
        elif channel == "clipboard":
            self.clipboard = text

    @property
    def meaning(self) -> tuple[str, str]:
        """Kind and object of a request that is understood; ("", "") for one that is unfinished or not for us."""
        match self.words:
            case ["what", "is", "the", "capital", "of", name, *_] if name in CAPITALS:
                return "capital", name
            case ["what", "is", "on", "my", "clipboard", *_]:
                return "clipboard", ""
            case ["explain", thing, *_] if thing in EXPLANATIONS:
                return "explain", thing
            case ["count", "to", number, *_] if number in NUMBERS:
                return "count", number
            case ["open", page, "dot", "com", *_]:
                return "open", page
            case ["write", "a", "poem", "about", thing, *_] if thing in POEMS:
                return "write", thing
            case _:
                return "", ""

    def answer(self, channel: str) -> Answer:
        """The right line of `channel`, one of OUTPUTS; NOTHING where it should stay empty."""
        kind, what = self.meaning
        if channel == "think":
            return NOTHING if self.thought else (_thought(kind, what), False)
        if not kind or not self.paused:
            return NOTHING
        if channel == "do":
            return NOTHING if self.done or self.acted else (self._call(kind, what), False)
        phrases = self._phrases(kind, what)
        return (phrases[self.said], self.said + 1 < len(phrases)) if self.said < len(phrases) else NOTHING

    def _call(self, kind: str, what: str) -> str:
        match kind:
            case "open" if "open_url" in self.tools:
                return call("open_url", url=f"{what}.com")
            case "write" if "set_clipboard" in self.tools:
                return call("set_clipboard", text=POEMS[what])
            case _:
                return ""

    def _phrases(self, kind: str, what: str) -> tuple[str, ...]:
        match kind:
            case "capital":
                return (f"the capital of {what} is {CAPITALS[what]}",)
            case "clipboard":
                return (f"it says {self.clipboard}" if self.clipboard else "it is empty",)
            case "explain":
                return EXPLANATIONS[what]
            case "count":
                return NUMBERS[: NUMBERS.index(what) + 1]
            case "write":
                return ("i wrote you a poem",) if self.done else ()
            case _:
                return ("it is open",) if self.done else ()


def read(lines: Iterable[Line]) -> Request:
    now = Request()
    for channel, text in lines:
        now.read(channel, text)
    return now


def answer(lines: Iterable[Line], channel: str) -> Answer:
    """The right line of `channel`, one of OUTPUTS, after `lines`; NOTHING where it should stay empty."""
    return read(lines).answer(channel)


def call(name: str, **texts: str) -> str:
    return json.dumps({"action": name, **texts})


def _thought(kind: str, what: str) -> str:
    return {
        "capital": f"they want the capital of {what}",
        "clipboard": "they want the clipboard",
        "explain": f"they want to know about {what}",
        "count": "they want me to count",
        "open": f"they want to see {what} dot com",
        "write": f"they want a poem about {what}",
    }.get(kind, "")


# Random transcripts


def copied(rng: random.Random) -> str:
    """What a clipboard holds: a colour and a thing that goes with it."""
    return rng.choice(COPIES)


def request(rng: random.Random) -> str:
    asked: list[Callable[[], str]] = [
        lambda: f"what is the capital of {rng.choice([*CAPITALS])}",
        lambda: "what is on my clipboard",
        lambda: f"explain {rng.choice([*EXPLANATIONS])}",
        lambda: f"count to {rng.choice(NUMBERS[4:])}",
        lambda: f"open {rng.choice(PAGES)} dot com",
        lambda: f"write a poem about {rng.choice([*POEMS])}",
        lambda: rng.choice(["tell {} that {}", "ask {} about {}"]).format(
            rng.choice(PEOPLE), rng.choice([*EXPLANATIONS, *CAPITALS])
        ),
        lambda: "stop",
    ]
    (ask,) = rng.choices(asked, weights=[3, 8, 3, 3, 8, 4, 2, 1])
    return ask() + " please" * (rng.random() < 0.3)


def transcript(rng: random.Random) -> list[Line]:
    """One to four requests with what came of them, some interrupted or unfinished, among screens and clipboards."""
    lines = [_distraction(rng) for _ in range(rng.randint(0, 2))]
    late: list[Line] = []
    for _ in range(rng.randint(1, 4)):
        words = request(rng).split()
        if rng.random() < 0.08:
            words = words[: rng.randint(1, len(words))]
        between = late or ([_distraction(rng)] if rng.random() < 0.08 else [])
        _speak(rng, lines, words, between)
        if rng.random() < 0.95:
            lines.append(("pause", ""))
        lines += [("tool", text) for text in _tools(rng)]
        late = _respond(rng, lines)
        lines.extend(_distraction(rng) for _ in range(rng.choice([0, 0, 1])))
    return lines


def _tools(rng: random.Random) -> list[str]:
    names = rng.sample([*TOOLS], rng.choice([0, 0, 0, 1, 3]))
    names += [name for name in ("set_clipboard", "open_url") if rng.random() < 0.5]
    rng.shuffle(names)
    return [TOOLS[name] for name in dict.fromkeys(names)]


def _distraction(rng: random.Random) -> Line:
    if rng.random() < 0.6:
        return "clipboard", copied(rng)
    scrambled = "".join(rng.choices(" " * 10 + "".join(map(chr, range(32, 127))), k=rng.randint(2, 12))).strip() or "-"
    (text,) = rng.choices([rng.choice(OUTCOMES), request(rng), scrambled], weights=[2, 3, 1])
    return "screen", text


def _outcome(rng: random.Random) -> str:
    """Short or long: what matters is that there is one."""
    extra = [
        rng.choice([*COLOURS, *THINGS, *PAGES, *(" ".join(POEMS.values())).split()]) for _ in range(rng.randint(0, 9))
    ]
    return " ".join([rng.choice(OUTCOMES), *extra])


def _speak(rng: random.Random, lines: list[Line], words: list[str], between: list[Line]) -> None:
    """Adds a request: in one line, or with something between its parts; now and then with a thought before its end."""
    cut = rng.randint(1, len(words)) if between or rng.random() < 0.2 else len(words)
    for part in (words[:cut], words[cut:]):
        if not part:
            continue
        lines.append(("user", " ".join(part)))
        if rng.random() < 0.5 and (thought := answer(lines, "think")[0]):
            lines.append(("think", thought))
        lines.extend(between)
        between = [("pause", "")] if rng.random() < 0.15 else []


def _respond(rng: random.Random, lines: list[Line]) -> list[Line]:
    """Adds what follows a request; returns the phrase that was being said when it was broken off."""
    while True:
        now = read(lines)
        thought, (said, more), do = now.answer("think")[0], now.answer("say"), now.answer("do")[0]
        if thought and rng.random() < 0.8:
            lines.append(("think", thought))
        if not said and not do:
            return []
        if rng.random() < (0.15 if more else 0.03):
            return [("self", said)] if rng.random() < 0.4 and said else []
        if said:
            lines.append(("self", said))
        else:
            lines.append(("do", do))
            if rng.random() < 0.1:
                return []
            lines.append(("outcome", _outcome(rng)))
        if rng.random() < 0.08:
            lines.append(_distraction(rng))
