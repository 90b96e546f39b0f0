"""Data that ships with the app: weights, tokenizer, the catalogue of actions, icons."""

from pathlib import Path

ROOT = Path(__file__).parent
