"""`cookbook predict`: a trained model on new raw input."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.options import parse_settings, store_options
from pipelines.cli.output import json_option

if TYPE_CHECKING:
    from pipelines.serving.bundle import Bundle


@click.command()
@click.argument("run")
@click.argument("source", metavar="INPUT")
@click.option(
    "--data-option",
    "data_options",
    multiple=True,
    metavar="KEY=VALUE",
    help="How INPUT is read: encoding; for tables also delimiter and decimal.",
)
@click.option("--tracking-uri", envvar="MLFLOW_TRACKING_URI", help="MLflow store or server.")
@store_options
@json_option
def predict(
    run: str,
    source: str,
    *,
    data_options: tuple[str, ...],
    tracking_uri: str | None,
    root: Path,
    as_json: bool,
) -> None:
    """Predict for INPUT with the model of RUN.

    RUN is the id of a training's run, the name of a study, a folder with a saved model, or an
    address in MLflow: runs:/ID/model, models:/NAME@ALIAS. INPUT is a CSV or Parquet file, an
    image or folder of images, a text file (one item a line), or a text; for a model that draws,
    seeds such as 0,1,2.
    """
    bundle = _bundle(run, root, tracking_uri)
    from pipelines.serving.raw_inputs import read_raw

    raw = read_raw(
        bundle.input_kind,
        source,
        **parse_settings(data_options, flag="--data-option", example="delimiter=,"),
    )
    frame = bundle.predict(raw)
    if as_json:
        click.echo(frame.to_json(orient="records"))
    else:
        click.echo(frame.to_string(index=False))


def _bundle(run: str, root: Path, tracking_uri: str | None) -> Bundle:
    """The model of a run; of one in MLflow the two data files are read, never its code."""
    if not run.startswith(("runs:/", "models:/")):
        folder = _folder(run, root)
        from pipelines.serving.bundle import Bundle

        return Bundle.load(folder)
    if tracking_uri is None and not (root / "mlflow.db").exists():
        raise click.UsageError(
            f"There is no model {run!r}: no MLflow store under {root} yet. Name another one with "
            "--tracking-uri or --root."
        )
    from tuning.tracking import default_tracking_uri, download_model

    with tempfile.TemporaryDirectory() as place:
        found = download_model(tracking_uri or default_tracking_uri(root), run, Path(place))
        from pipelines.serving.bundle import Bundle
        from pipelines.serving.files import CONFIG_FILE, MODEL_FILE, holds_model

        for model in found.rglob(MODEL_FILE):
            if holds_model(model.parent):
                return Bundle.load(model.parent)
    raise click.UsageError(
        f"{run!r} is no model of `cookbook train` or `cookbook tune`: it has no {MODEL_FILE} "
        f"beside a {CONFIG_FILE}. Other models are loaded by mlflow.pyfunc.load_model."
    )


def _folder(run: str, root: Path) -> Path:
    from pipelines.serving.files import holds_model

    places = (Path(run), root / "models" / run, root / "studies" / run)
    for place in places:
        if holds_model(place):
            return place
    looked = ", ".join(map(str, places))
    raise click.UsageError(
        f"There is no saved model for {run!r}. Looked in: {looked}. Of a model in MLflow give the "
        "address: runs:/ID/model or models:/NAME@ALIAS."
    )
