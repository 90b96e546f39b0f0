"""The home plugin against a server that speaks Home Assistant's REST interface."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as StopSignal
from typing import Any

import pytest

import resources
from actions.plugins.host import Host
from actions.plugins.manifest import load_manifest
from model.stream.errors import PluginFailed

pytestmark = pytest.mark.integration

TOKEN = "letmein"
STATES = {
    "light.kitchen": ("Kitchen light", "off", {}),
    "light.bedroom": ("Bedroom lamp", "on", {}),
    "cover.garage": ("Garage door", "closed", {}),
    "climate.living": ("Living room heating", "heat", {}),
    "sensor.bedroom_temperature": ("Bedroom temperature", "19.5", {"unit_of_measurement": "°C"}),
    "switch.coffee": ("Coffee machine", "off", {}),
}


class House(ThreadingHTTPServer):
    """Answers like Home Assistant, and notes what it was asked to do."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.served: list[tuple[str, dict[str, Any]]] = []


class Door(BaseHTTPRequestHandler):
    server: House

    def do_GET(self) -> None:
        states = [
            {"entity_id": entity, "state": state, "attributes": {"friendly_name": name, **more}}
            for entity, (name, state, more) in STATES.items()
        ]
        self._answer(states)

    def do_POST(self) -> None:
        data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.served.append((self.path.removeprefix("/api/services/"), data))
        self._answer([])

    def _answer(self, content: object) -> None:
        right = self.headers["Authorization"] == f"Bearer {TOKEN}"
        self.send_response(200 if right else 401)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def house() -> Iterator[House]:
    with House() as house:
        threading.Thread(target=house.serve_forever, daemon=True).start()
        yield house
        house.shutdown()


Ask = Callable[..., str]


@pytest.fixture
def ask(house: House) -> Iterator[Ask]:
    host = Host(
        {**os.environ, "HOME_ASSISTANT_URL": f"http://127.0.0.1:{house.server_port}", "HOME_ASSISTANT_TOKEN": TOKEN}
    )
    manifest = load_manifest(resources.ROOT / "plugins" / "home")
    yield lambda tool, **arguments: host.call(manifest, tool, arguments, StopSignal())
    host.close()


def test_devices_are_found_by_what_they_are_called(house: House, ask: Ask) -> None:
    assert ask("turn_on", device="the kitchen light") == "Kitchen light is on."
    assert ask("turn_on", device="the light", place="the bedroom") == "Bedroom lamp is on."
    assert ask("turn_on", device="garage door") == "Garage door opens."
    assert ask("turn_off", device="coffee machine") == "Coffee machine is off."
    assert (
        ask("set_to", device="the heating", value="twenty one degrees")
        == "Living room heating is set to twenty one degrees."
    )
    assert ask("set_to", device="bedroom lamp", value="half") == "Bedroom lamp is set to half."
    assert ask("set_to", device="bedroom lamp", value="dark blue") == "Bedroom lamp is set to dark blue."
    assert house.served == [
        ("light/turn_on", {"entity_id": "light.kitchen"}),
        ("light/turn_on", {"entity_id": "light.bedroom"}),
        ("cover/open_cover", {"entity_id": "cover.garage"}),
        ("homeassistant/turn_off", {"entity_id": "switch.coffee"}),
        ("climate/set_temperature", {"entity_id": "climate.living", "temperature": 21.0}),
        ("light/turn_on", {"entity_id": "light.bedroom", "brightness_pct": 50.0}),
        ("light/turn_on", {"entity_id": "light.bedroom", "color_name": "darkblue"}),
    ]


def test_states_are_told(ask: Ask) -> None:
    assert ask("status", device="temperature", place="bedroom") == "Bedroom temperature is 19.5 °C."
    assert ask("status", device="the garage") == "Garage door is closed."


def test_what_is_not_there_or_cannot_be_is_told(house: House, ask: Ask) -> None:
    with pytest.raises(PluginFailed, match="There is no aquarium in the cellar in this house"):
        ask("turn_on", device="aquarium", place="the cellar")
    with pytest.raises(PluginFailed, match="Coffee machine cannot be set to seven"):
        ask("set_to", device="coffee machine", value="seven")
    assert house.served == []


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "Set HOME_ASSISTANT_URL and HOME_ASSISTANT_TOKEN"),
        ({"HOME_ASSISTANT_TOKEN": "wrong"}, "does not accept the token"),
        ({"HOME_ASSISTANT_TOKEN": TOKEN, "HOME_ASSISTANT_URL": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
)
def test_a_house_that_cannot_be_spoken_to_is_a_sentence(house: House, environment: dict[str, str], told: str) -> None:
    address = {"HOME_ASSISTANT_URL": f"http://127.0.0.1:{house.server_port}"} if environment else {}
    host = Host({**os.environ, **address, **environment})
    with pytest.raises(PluginFailed, match=told):
        host.call(load_manifest(resources.ROOT / "plugins" / "home"), "status", {"device": "light"}, StopSignal())
    host.close()
