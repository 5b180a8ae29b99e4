"""Serving the loopback model in a thread of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from franca.sandbox import listening
from franca_personalization.loopback.app import Loopback


@contextmanager
def serve(app: Loopback, port: int = 0) -> Iterator[str]:
    """Serve *app* on loopback while the block runs, and yield its base URL; port 0 takes a free one.

    Raises:
        OSError: the port cannot be used.
        RuntimeError: the server did not come up.
    """
    with listening(app, port) as (address, _):
        yield f"{address}/v1"
