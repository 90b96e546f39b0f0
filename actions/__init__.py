"""Actions to devices: what changes the world. Every change goes through the executor and its policy."""
