"""What is said in the measurement of speech recognition, and what stands on the screen meanwhile."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screen:
    """`labels` are buttons, titles and lines as they are drawn; `apps` are programs of the menu."""

    labels: tuple[str, ...]
    apps: tuple[str, ...]
    commands: tuple[str, ...]


PLAIN = (
    "what time is it", "open the calculator", "scroll down a little", "copy the last sentence",
    "read me what is on my clipboard", "set a timer for ten minutes", "minimize this window", "turn the volume up",
    "remind me to call the dentist tomorrow", "search the web for train tickets", "undo that", "press escape",
    "take a screenshot", "add bread and butter to my shopping list", "switch to the other window", "pause the music",
    "what is seventeen times twelve", "close all the windows", "type see you on monday", "select the second paragraph",
    "wake me up at half past six", "what is the weather like today", "write an email to my brother",
    "go to the bottom of the page", "delete the last word",
)  # fmt: skip

_MAIL = Screen(
    ("Inbox", "Compose", "Snoozed", "Archive", "Report spam", "Quenya lessons", "Re: Invoice 4471", "Vladivostok trip",
     "Unsubscribe", "github.com/zotero", "Mark as read", "Labels", "Search mail", "Tollund newsletter"),
    ("Thunderbird", "Kdenlive", "Inkscape", "Nextcloud", "Audacity"),
    ("click snoozed", "open quenya lessons", "click unsubscribe", "click on the tollund newsletter", "open kdenlive",
     "find the vladivostok trip", "open nextcloud", "click report spam"),
)  # fmt: skip
_EDITOR = Screen(
    ("Frobnicate", "Stage hunk", "Rebase", "Stash", "Discard changes", "pyproject.toml", "Quokka theme", "Lint",
     "Toggle minimap", "Breakpoints", "kubectl logs", "Outline", "Pull requests", "Extensions"),
    ("Zotero", "Blender", "Krita", "GIMP", "Meld"),
    ("click frobnicate", "click stage hunk", "click rebase", "toggle minimap", "open krita", "click on quokka theme",
     "open meld", "click breakpoints"),
)  # fmt: skip
_SHOP = Screen(
    ("Checkout", "Wishlist", "Kohlrabi", "Gochujang paste", "Add to basket", "Ghee", "Tamarind", "Apply voucher",
     "Halloumi", "Proceed to payment", "Sumac", "Filter by brand", "Sort by price"),
    ("Firefox", "Shotwell", "Darktable", "Calibre", "Gparted"),
    ("click wishlist", "click gochujang paste", "click on halloumi", "apply voucher", "open darktable",
     "click kohlrabi", "open shotwell", "click sumac"),
)  # fmt: skip
SCREENS = (_MAIL, _EDITOR, _SHOP)

TUNING = (
    Screen(
        ("Reply all", "Zurich office", "Kanban", "Mute thread", "Tobermory", "Attach", "Drafts", "Balrog sightings",
         "Pin", "Tuvan throat singing", "Huddle", "Canvas"),
        ("Slack", "Signal", "Obsidian", "Anki", "Handbrake"),
        ("click mute thread", "click on kanban", "open balrog sightings", "open obsidian", "click huddle", "open anki",
         "click on tobermory", "open handbrake"),
    ),
    Screen(
        ("Xylophone", "Bitrate", "Normalize", "Wubble", "Crossfade", "Export as", "Reverb", "Snarfle", "Loop", "Solo",
         "Playhead", "Zoom in"),
        ("Ardour", "Lmms", "Tenacity", "Clementine", "Qjackctl"),
        ("click wubble", "click crossfade", "normalize", "open ardour", "click on snarfle", "open tenacity",
         "click reverb", "open clementine"),
    ),
)  # fmt: skip
"""Weights are chosen with these; the figures that are reported come from the others."""


TUNING_PLAIN = (
    "open the file manager", "what is the date today", "scroll up", "paste it here", "mute the sound",
    "type thank you very much", "set an alarm for seven thirty", "close this window", "read the screen to me",
    "press control c", "remember that the key is under the mat", "play the next song", "click the blue button",
    "convert five miles to kilometers", "cancel the timer", "add a note about the meeting on friday",
)  # fmt: skip


def menu() -> tuple[str, ...]:
    """What a plugin for a coffee bar would declare as examples: what it sells, alone and in a few whole orders."""
    drinks = ("coffee", "iced coffee", "drip coffee", "house coffee", "espresso", "americano", "latte", "cappuccino",
              "mocha", "iced mocha")  # fmt: skip
    sizes = ("small", "medium", "large", "eight ounce", "twelve ounce", "sixteen ounce", "twenty ounce")
    shots = ("single shot", "double shot", "triple shot")
    roasts = ("light roast", "medium roast", "dark roast")
    amounts = ("a little bit of", "a bit of", "some", "a lot of", "lots of")
    milks = ("milk", "skim milk", "whole milk", "soy milk", "almond milk", "cream")
    sugars = ("sugar", "brown sugar", "sweetener")
    orders = [f"i would like a {size} {drink}" for size in sizes for drink in drinks]
    orders += [f"can i have a {roast} {shot} {drink}" for roast in roasts for shot in shots for drink in drinks]
    orders += [f"with {amount} {what}" for amount in amounts for what in (*milks, *sugars)]
    orders += [f"with {milk} and {sugar}" for milk in milks for sugar in sugars]
    return (*drinks, *sizes, *shots, *roasts, *milks, *sugars, *orders)
