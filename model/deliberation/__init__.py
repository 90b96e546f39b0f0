"""Deliberation: a language model on llama.cpp that reads while the user speaks, and thinks, speaks and acts at once.

llama.cpp ends the process it lives in when something is wrong, so it has one of its own: `child` there, `client` here.
"""
