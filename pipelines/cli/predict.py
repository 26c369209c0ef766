"""`cookbook predict`: a trained model on new raw input."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli.options import parse_settings, store_options
from pipelines.cli.output import json_option


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
@store_options
@json_option
def predict(
    run: str, source: str, *, data_options: tuple[str, ...], root: Path, as_json: bool
) -> None:
    """Predict for INPUT with the model of RUN.

    RUN is the id of a training's run, the name of a study, or a folder with a saved model. INPUT
    is a CSV or Parquet file, an image or folder of images, a text file (one item a line), or a
    text; for a model that draws, seeds such as 0,1,2.
    """
    folder = _folder(run, root)
    from pipelines.serving.bundle import Bundle
    from pipelines.serving.raw_inputs import read_raw

    bundle = Bundle.load(folder)
    raw = read_raw(bundle.input_kind, source, **parse_settings(data_options))
    frame = bundle.predict(raw)
    if as_json:
        click.echo(frame.to_json(orient="records"))
    else:
        click.echo(frame.to_string(index=False))


def _folder(run: str, root: Path) -> Path:
    from pipelines.serving.files import CONFIG_FILE, MODEL_FILE

    places = (Path(run), root / "models" / run, root / "studies" / run)
    for place in places:
        if (place / MODEL_FILE).exists() and (place / CONFIG_FILE).exists():
            return place
    looked = ", ".join(map(str, places))
    raise click.UsageError(f"There is no saved model for {run!r}. Looked in: {looked}.")
