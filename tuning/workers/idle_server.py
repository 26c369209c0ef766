"""The workers' server that the next search of this process takes over.

Its imports cost seconds, the fork of a worker costs milliseconds. Rules:

    1. At most one server is idle; a newer one takes its place.
    2. It is handed out only where a server that is started now would import and see the same.
    3. It ends after some minutes, with the process, and when the process is killed: then its
       connection breaks.
    4. A process that was forked from this one has none.
"""

from __future__ import annotations

import atexit
import os
import threading

from tuning.workers.running_server import RunningServer, ServerKey

IDLE_SECONDS = 300.0


class IdleServer:
    """Keeps one server until it is taken or has been idle for too long.

    Args:
        seconds: For how long it is kept.
    """

    def __init__(self, seconds: float = IDLE_SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._server: RunningServer | None = None
        self._timer: threading.Timer | None = None
        self._of_the_parent: RunningServer | None = None

    def take(self, key: ServerKey) -> RunningServer | None:
        """Takes the server, if it can serve a search; one that cannot goes on being kept.

        Args:
            key: What the search's own server would be started with.
        """
        with self._lock:
            server = self._server
            if server is None or not server.can_serve(key):
                return None
            self._forget()
            return server

    def give(self, server: RunningServer) -> None:
        """Takes a server back whose search is over."""
        if not server.rest():
            server.end()
            return
        with self._lock:
            previous = self._forget()
            self._server = server
            self._timer = threading.Timer(self._seconds, self._expire, [server])
            self._timer.daemon = True
            self._timer.start()
        if previous is not None:
            previous.end()

    def end(self) -> None:
        """Ends the server, if there is one."""
        with self._lock:
            server = self._forget()
        if server is not None:
            server.end()

    def leave_to_parent(self) -> None:
        """Lets go of what this process inherited when it was forked."""
        self._lock = threading.Lock()
        self._of_the_parent, self._server, self._timer = self._server, None, None
        if self._of_the_parent is not None:
            # An open end would keep the server alive when the parent is killed.
            self._of_the_parent.connection.close()

    def _forget(self) -> RunningServer | None:
        server, self._server = self._server, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return server

    def _expire(self, server: RunningServer) -> None:
        with self._lock:
            if self._server is not server:
                return  # taken, or replaced, in this moment
            self._forget()
        server.end()


IDLE_SERVER = IdleServer()
"""The idle server of this process."""

atexit.register(IDLE_SERVER.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=IDLE_SERVER.leave_to_parent)
