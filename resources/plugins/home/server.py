"""home: a plugin for Ambidex that speaks Home Assistant's REST interface.

Source: https://developers.home-assistant.io/docs/api/rest
"""

import json
import os
import re
import urllib.error
import urllib.request
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

WITHIN_S = 10
IDLE = {"the", "a", "my", "in", "on", "of", "light", "lights", "room"}
"""Words that many names share: they decide only between equals."""
OPENING = {"cover": ("open_cover", "close_cover"), "lock": ("unlock", "lock"), "vacuum": ("start", "return_to_base")}
"""Kinds of devices that are not turned on and off."""
VALUES = {"light": ("turn_on", "brightness_pct"), "climate": ("set_temperature", "temperature"),
          "fan": ("set_percentage", "percentage"), "cover": ("set_cover_position", "position"),
          "media_player": ("volume_set", "volume_level")}  # fmt: skip

SMALL = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
"""
TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
NUMBERS = {
    **{word: n for n, word in enumerate(SMALL.split())},
    **{word: 10 * n for n, word in enumerate(TENS.split(), 2)},
    "half": 50,
    "full": 100,
    "maximum": 100,
}

server = MCPServer("home")


@server.tool()
def turn_on(device: str, place: str = "") -> str:
    """Turns a device on, or opens or starts it."""
    entity = _find(device, place)
    _serve(entity, OPENING.get(_kind(entity), ("turn_on",))[0])
    return f"{_name(entity)} is on." if _kind(entity) not in OPENING else f"{_name(entity)} opens."


@server.tool()
def turn_off(device: str, place: str = "") -> str:
    """Turns a device off, or closes or stops it."""
    entity = _find(device, place)
    _serve(entity, OPENING.get(_kind(entity), ("", "turn_off"))[1])
    return f"{_name(entity)} is off." if _kind(entity) not in OPENING else f"{_name(entity)} closes."


@server.tool()
def set_to(device: str, value: str, place: str = "") -> str:
    """Sets brightness in percent, temperature in degrees, and so on; a light also to a colour."""
    entity = _find(device, place)
    service, field = VALUES.get(_kind(entity), ("", ""))
    number = _number(value)
    if _kind(entity) == "light" and number is None:
        _serve(entity, "turn_on", color_name=value.casefold().replace(" ", ""))
    elif not service or number is None:
        raise ToolError(f"{_name(entity)} cannot be set to {value}.")
    else:
        share = 100 if field == "volume_level" else 1
        _serve(entity, service, **{field: number / share})
    return f"{_name(entity)} is set to {value}."


@server.tool()
def status(device: str, place: str = "") -> str:
    """The state that a device is in."""
    entity = _find(device, place)
    unit = entity["attributes"].get("unit_of_measurement", "")
    return f"{_name(entity)} is {entity['state']} {unit}".strip() + "."


def _number(value: str) -> float | None:
    """In digits or in words: `21.5`, `twenty one`, `half`."""
    digits = re.search(r"-?\d+(?:\.\d+)?", value)
    if digits:
        return float(digits.group())
    found = [NUMBERS[word] for word in re.findall(r"[a-z]+", value.casefold()) if word in NUMBERS]
    return float(sum(found)) if found else None


def _find(device: str, place: str) -> dict[str, Any]:
    """The device whose name shares most words with what was said."""
    said = _words(f"{device} {place}")
    entities = _ask("GET", "states")
    best = max(entities, key=lambda entity: _likeness(said, _words(_name(entity))), default=None)
    if best is None or not said & _words(_name(best)):
        raise ToolError(f"There is no {device}{f' in {place}' if place else ''} in this house.")
    return best


def _likeness(said: set[str], name: set[str]) -> tuple[int, int, int]:
    both = said & name
    return len(both - IDLE), len(both), -len(name - said)


def _serve(entity: dict[str, Any], service: str, **data: Any) -> None:
    domain = _kind(entity) if _kind(entity) in {*OPENING, *VALUES} else "homeassistant"
    _ask("POST", f"services/{domain}/{service}", {"entity_id": entity["entity_id"], **data})


def _ask(method: str, path: str, data: dict[str, Any] | None = None) -> Any:
    address, token = os.environ.get("HOME_ASSISTANT_URL"), os.environ.get("HOME_ASSISTANT_TOKEN")
    if not address or not token:
        raise ToolError("Set HOME_ASSISTANT_URL and HOME_ASSISTANT_TOKEN before you start Ambidex.")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps(data).encode() if data is not None else None
    request = urllib.request.Request(f"{address.rstrip('/')}/api/{path}", body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        reason = "does not accept the token" if error.code == 401 else f"answers {error.code}"
        raise ToolError(f"Home Assistant {reason}.") from error
    except (OSError, ValueError) as error:
        raise ToolError(f"Home Assistant cannot be reached at {address}.") from error


def _kind(entity: dict[str, Any]) -> str:
    return entity["entity_id"].partition(".")[0]


def _name(entity: dict[str, Any]) -> str:
    return entity["attributes"].get("friendly_name") or entity["entity_id"].partition(".")[2].replace("_", " ")


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


if __name__ == "__main__":
    server.run()
