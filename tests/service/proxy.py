"""A proxy on loopback in front of a database: a cable that can be cut without anybody noticing."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from pathlib import Path

PORT = 5432


class Proxy:
    """Forwards connections of a port on loopback to the socket of a PostgreSQL server.

    Args:
        folder: Folder of the server's socket.
    """

    def __init__(self, folder):
        self._target = str(Path(folder) / f".s.PGSQL.{PORT}")
        self._whole = threading.Event()
        self._whole.set()
        self._over = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    def cut(self):
        """From now on nothing arrives, on either side; connections stay open."""
        self._whole.clear()

    def join(self):
        """What was held up arrives."""
        self._whole.set()

    def close(self):
        self._over = True
        self.join()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while not self._over:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._target)
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _pump(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._whole.wait()
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                # Closing alone says nothing to the other end while a thread waits for data of it.
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextlib.contextmanager
def proxied(url):
    """A proxy in front of a URL of `tests.service.postgres`; yields it and the URL through it."""
    user, name, folder = re.fullmatch(r"(.*?@)/(.*)\?host=(.*)", url).groups()
    proxy = Proxy(folder)
    try:
        yield proxy, f"{user}127.0.0.1:{proxy.port}/{name}"
    finally:
        proxy.close()
