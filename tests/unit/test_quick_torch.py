"""torch starts without the shapes that its compiler needs, and whoever asks for them gets them."""

from __future__ import annotations

import subprocess
import sys

CHECK = """
import sys
from model.quick_torch import SHAPES, import_torch

import_torch()
import torch

assert SHAPES not in sys.modules
assert torch.nn.Linear(2, 3)(torch.ones(1, 2)).shape == (1, 3)
from importlib import import_module

assert import_module(SHAPES).meta_take
"""


def test_what_is_left_out_can_be_had_later() -> None:
    subprocess.run([sys.executable, "-c", CHECK], check=True)


def test_it_comes_too_late_where_torch_is_there() -> None:
    subprocess.run(
        [sys.executable, "-c", f"import torch\n{CHECK.replace('assert SHAPES not in', 'assert SHAPES in')}"], check=True
    )
