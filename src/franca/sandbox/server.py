"""Serving a host on loopback, in a thread of this process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from franca.sandbox.host import Host

LOOPBACK = "127.0.0.1"
START_SECONDS = 30.0


@dataclass(frozen=True)
class Running:
    """A sandbox that answers: its *url* (no trailing slash) and its host, for switches without HTTP."""

    url: str
    host: Host


@contextmanager
def serve(host: Host, port: int = 0) -> Iterator[Running]:
    """Serve *host* on loopback while the block runs; port 0 takes a free one.

    Raises:
        RuntimeError: the server did not come up.
    """
    with listening(host, port) as (url, server):
        host.abort = lambda scope: _abort(server, scope)
        yield Running(url, host)


@contextmanager
def listening(app: Any, port: int = 0) -> Iterator[tuple[str, uvicorn.Server]]:
    """Serve an ASGI application on loopback while the block runs, and yield its address and server; port 0 takes a free one.

    Raises:
        OSError: the port cannot be used.
        RuntimeError: the server did not come up.
    """
    listener = socket.create_server((LOOPBACK, port))
    # Inherited by every connection; without it each answer waits 40 ms for the client's delayed acknowledgement of its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", access_log=False, timeout_keep_alive=60))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _await_start(server, thread)
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}", server
    finally:
        server.should_exit = server.force_exit = True
        thread.join(START_SECONDS)
        listener.close()


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the server on loopback did not start")
        time.sleep(0.005)


def _abort(server: uvicorn.Server, scope: Any) -> None:
    """Cut the client's connection without a goodbye, as a network would."""
    for connection in list(server.server_state.connections):
        if getattr(connection, "client", None) == tuple(scope["client"]):
            connection.transport.abort()
