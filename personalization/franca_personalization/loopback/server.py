"""Serving the loopback model in a thread of this process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from franca_personalization.loopback.app import Loopback

LOOPBACK = "127.0.0.1"
START_SECONDS = 30.0


@contextmanager
def serve(app: Loopback, port: int = 0) -> Iterator[str]:
    """Serve *app* on loopback while the block runs, and yield its base URL; port 0 takes a free one.

    Raises:
        OSError: the port cannot be used.
        RuntimeError: the server did not come up.
    """
    listener = socket.create_server((LOOPBACK, port))
    listener.setsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
    )  # inherited by connections; else an answer waits for a delayed acknowledgement
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _await_start(server, thread)
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}/v1"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(START_SECONDS)
        listener.close()


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the loopback model did not start")
        time.sleep(0.005)
