"""The command line, the second front end: what costs time is imported inside the command that needs it."""

from explorer.cli.commands import main

__all__ = ["main"]
