"""The command line at the three sandboxes, as in tests/cli."""

from cli.conftest import connected, esps, franca, shop  # noqa: F401 - fixtures, which pytest finds by their names here
