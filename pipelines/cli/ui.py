"""`cookbook ui`: the MLflow UI on the embedded stores."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli.options import store_options


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@store_options
def ui(*, port: int, host: str, root: Path) -> None:
    """Start the MLflow UI on the runs in this folder."""
    import os
    import socket
    import sys

    from tuning.tracking import default_tracking_uri

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} on {host} is unavailable ({error.strerror}). "
                f"Choose another one: cookbook ui --port {port + 1}."
            ) from None
    click.echo(f"MLflow UI on http://{host}:{port} (press Ctrl-C to stop)")
    arguments = ["server", "--backend-store-uri", default_tracking_uri(root)]
    arguments += ["--artifacts-destination", str((root / "artifacts").resolve())]
    arguments += ["--host", host, "--port", str(port), "--workers", "1"]
    # The server replaces this process: signals and the exit code are its own.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "mlflow", *arguments])  # noqa: S606
