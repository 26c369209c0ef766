"""A real MLflow server on loopback that can be away for a while."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request

from tests.service.support import wait_until


class MlflowServer:
    """A server on one port; not started yet.

    Args:
        folder: Where its database and its artifacts are.
        empty: A database with MLflow's tables: making them takes seconds.
    """

    def __init__(self, folder, empty):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._folder, self._process = folder, None
        shutil.copy(empty, folder / "server.db")

    @property
    def uri(self):
        return f"http://127.0.0.1:{self._port}"

    def start(self):
        command = [sys.executable, "-m", "mlflow", "server", "--workers", "1"]
        command += ["--host", "127.0.0.1", "--port", str(self._port)]
        command += ["--backend-store-uri", f"sqlite:///{self._folder}/server.db"]
        command += ["--artifacts-destination", str(self._folder / "served")]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(
            command, stdout=quiet, stderr=quiet, start_new_session=True
        )
        wait_until(self._is_healthy, 200)
        return self.uri

    def stop(self):
        """Ends it at once, as a machine does that dies."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _is_healthy(self):
        try:
            return urllib.request.urlopen(f"{self.uri}/health", timeout=2).status == 200  # noqa: S310
        except OSError:
            return False
