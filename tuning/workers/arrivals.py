"""Where the processes of a pool report, and the bell that ends a wait for them."""

from __future__ import annotations

import contextlib
import queue
import secrets
import socket
import threading
from multiprocessing.connection import Client, Connection, Listener
from typing import Any, cast


class Arrivals:
    """Takes connections in a thread of its own.

    Attributes:
        key: Authentication key; who does not have it is not heard.
        bell: Readable when `wake` was called or somebody arrived, for `connection.wait`.
    """

    def __init__(self) -> None:
        self.key = secrets.token_bytes(32)
        self._listener = Listener(authkey=self.key)
        self._connections: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self.bell, self._button = socket.socketpair()
        for end in (self.bell, self._button):
            end.setblocking(False)
        self._closed = False
        threading.Thread(target=self._accept, daemon=True, name="tuning-accept").start()

    @property
    def address(self) -> str:
        """Where to report."""
        return cast(str, self._listener.address)

    def wake(self) -> None:
        """Rings the bell, from any thread."""
        with contextlib.suppress(OSError):  # full: it rings already; closed: it is over
            self._button.send(b"!")

    def silence(self) -> None:
        """Ends the ringing."""
        with contextlib.suppress(BlockingIOError):
            self.bell.recv(4096)

    def take(self) -> list[tuple[Connection, tuple[Any, ...]]]:
        """Takes who arrived meanwhile, each with the first message."""
        found: list[tuple[Connection, tuple[Any, ...]]] = []
        while True:
            try:
                connection = self._connections.get_nowait()
            except queue.Empty:
                return found
            with contextlib.suppress(EOFError, OSError):
                found.append((connection, connection.recv()))

    def close(self) -> None:
        """Takes nobody any more."""
        self._closed = True
        with contextlib.suppress(Exception):
            Client(self._listener.address).close()  # a stranger: ends the wait of the thread
        self._listener.close()
        self.bell.close()
        self._button.close()

    def _accept(self) -> None:
        while True:
            try:
                self._connections.put(self._listener.accept())
                self.wake()
            except Exception:
                # A worker that was killed while it reported, or a stranger without the key.
                if self._closed:
                    return
            if self._closed:
                return
