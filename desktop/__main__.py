"""`python -m desktop` is `ambidex`."""

from desktop.cli import main

main()
