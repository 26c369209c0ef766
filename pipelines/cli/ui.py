"""`cookbook ui`: the MLflow UI on the embedded stores."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import click

from pipelines.cli.options import store_options
from pipelines.cli.output import working

_PATIENCE = 120.0  # seconds until a server that does not answer is given up
_LINES = 15  # of its output that are shown when it fails


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--browser/--no-browser", default=None, help="Open a browser; in a terminal, yes.")
@store_options
def ui(*, port: int, host: str, browser: bool | None, root: Path) -> None:
    """Start the MLflow UI on the runs in this folder and open it."""
    from tuning.tracking.locations import runs_url

    _check_port(host, port)
    address = runs_url(f"http://{host}:{port}")
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log, suppress(KeyboardInterrupt):
        with _running(_arguments(host, port, root), log) as server:
            with working("starting the MLflow UI"):
                answers = _answers(server, host, port)
            if answers:
                click.echo(f"MLflow UI: {address}  (Ctrl-C stops it)")
                if sys.stdout.isatty() if browser is None else browser:
                    webbrowser.open(address)
                server.wait()
        log.seek(0)
        last = "".join(log.readlines()[-_LINES:]).rstrip()
        raise click.ClickException(f"The MLflow server has ended. Its last words:\n{last}")


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} on {host} is unavailable ({error.strerror}). "
                f"Choose another one: cookbook ui --port {port + 1}."
            ) from None


def _arguments(host: str, port: int, root: Path) -> list[str]:
    from tuning.tracking import default_tracking_uri

    arguments = ["server", "--backend-store-uri", default_tracking_uri(root)]
    arguments += ["--artifacts-destination", str((root / "artifacts").resolve())]
    return [*arguments, "--host", host, "--port", str(port), "--workers", "1"]


@contextmanager
def _running(arguments: list[str], log: IO[str]) -> Iterator[subprocess.Popen[str]]:
    """A server that reports its starts and requests to a file, and ends with this process.

    It has a session of its own: at Ctrl-C it would print a traceback of each of its processes.
    """

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    for signal_number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, leave)
    server = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-P", "-m", "mlflow", *arguments],
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _answers(server: subprocess.Popen[str], host: str, port: int) -> bool:
    """Waits for the first answer; False when the server ends, or takes too long."""
    deadline = time.monotonic() + _PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == http.client.OK
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    return False
