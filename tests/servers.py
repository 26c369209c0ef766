"""Servers that a test starts on loopback, and what they answer."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
    """Status and body of an answer; an OSError while nobody listens yet.

    Args:
        port: The server's.
        method: As in HTTP.
        path: Of the resource.
        body: Sent as JSON, if it is not None.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def answers(port: int, path: str = "/") -> bool:
    """Whether the server is up."""
    try:
        return ask(port, "GET", path)[0] == 200
    except OSError:
        return False
