"""Devices to events: what reads the world. Nothing here acts on it, and nothing here knows a mind."""
