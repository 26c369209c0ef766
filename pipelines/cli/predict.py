"""`cookbook predict`: a trained model on new raw input."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.names import resolve_name
from pipelines.cli.options import check_folder_of, parse_settings, store_options
from pipelines.cli.output import json_option, next_steps, working
from tuning.files import whole_file

if TYPE_CHECKING:
    import pandas as pd

_WRITERS: Mapping[str, Callable[[pd.DataFrame, Path], Any]] = {
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".json": lambda frame, path: frame.to_json(path, orient="records"),
    ".parquet": lambda frame, path: frame.to_parquet(path, index=False),
}


@click.command()
@click.argument("run")
@click.argument("source", metavar="INPUT")
@click.option(
    "--data-option",
    "data_options",
    multiple=True,
    metavar="KEY=VALUE",
    help="How INPUT is read: encoding; for tables also delimiter, decimal, header and "
    "missing_texts; for a table of texts also text, its column. By itself a model reads columns, "
    "numbers, dates and gaps as in its training file, and a file of the same kind with the "
    "encoding, delimiter and header that were given for that one.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Write the predictions to this file: .csv, .json or .parquet; masks to this folder.",
)
@click.option("--tracking-uri", envvar="MLFLOW_TRACKING_URI", help="MLflow store or server.")
@store_options
@json_option
def predict(
    run: str,
    source: str,
    *,
    data_options: tuple[str, ...],
    output: Path | None,
    tracking_uri: str | None,
    root: Path,
    as_json: bool,
) -> None:
    """Predict for INPUT with the model of RUN.

    RUN is the id or name of a training or the name of a study (the beginning of each is enough,
    and `latest` is the newest), a folder with a saved model, or an address in MLflow:
    runs:/ID/model, models:/NAME@ALIAS. INPUT is a CSV or Parquet file, an image or folder of
    images, a text file (one item a line), a table of texts, or a text; for a model that draws,
    seeds such as 0,1,2. A model of masks writes them with --output FOLDER as PNG files in the size
    of their images.

    The inputs stand beside the predictions, and of up to ten classes the probability of each. A
    table that has the target's column is scored.
    """
    if output is not None and output.suffix:
        _check_file(output)
    options = parse_settings(data_options, flag="--data-option", example="delimiter=,")
    with _saved(run, root, tracking_uri) as folder:
        from pipelines.serving.files import CONFIG_FILE, input_kind_of
        from pipelines.serving.raw_inputs import read_raw, taught_options

        config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        if output is not None and config["outputs"]["kind"] != "masks":
            _check_file(output)
        # Before TensorFlow, which takes seconds: what is wrong with the input is said at once.
        known = {**taught_options(config, source), **options}
        raw = read_raw(input_kind_of(config), source, **known)
        config |= {"text": options["text"]} if "text" in options else {}
        with working("loading the model and predicting", long=True):
            from pipelines.cli.predictions import predict_beside
            from pipelines.cli.unknown_words import unknown_words_note
            from pipelines.serving.bundle import Bundle

            bundle = replace(Bundle.load(folder), config=config)
            frame, scores = predict_beside(bundle, raw)
    if output is not None and not output.suffix:
        from pipelines.serving.masks import write_masks

        write_masks(list(frame["mask"]), raw, output)
    elif output is not None:
        _write(frame, output)
    if as_json:
        click.echo(frame.to_json(orient="records"))
        return
    # A mask is a file in base64: nothing to read in a terminal.
    shown = frame.drop(columns="mask") if bundle.output_kind == "masks" else frame
    click.echo(shown.to_string(index=False) if output is None else output)
    if note := unknown_words_note(config["inputs"], raw, config.get("text")):
        click.echo(note, err=True)
    if scored := scores.sentence():
        click.echo(scored, err=True)
    next_steps("cookbook runs", "cookbook ui")


def _check_file(output: Path) -> None:
    if output.suffix not in _WRITERS or output.is_dir():
        raise click.UsageError(
            f"--output takes a file that ends with {', '.join(_WRITERS)}. Got {str(output)!r}."
        )
    check_folder_of(output)


def _write(frame: pd.DataFrame, output: Path) -> None:
    with whole_file(output) as partial:
        _WRITERS[output.suffix](frame, partial)


@contextlib.contextmanager
def _saved(run: str, root: Path, tracking_uri: str | None) -> Iterator[Path]:
    """The folder of a model; of one in MLflow the two data files are read, never its code."""
    if not run.startswith(("runs:/", "models:/")):
        yield _folder(run, root)
        return
    if tracking_uri is None and not (root / "mlflow.db").exists():
        raise click.UsageError(
            f"There is no model {run!r}: no MLflow store under {root} yet. Name another one with "
            "--tracking-uri or --root."
        )
    from tuning.tracking import default_tracking_uri, download_model

    with tempfile.TemporaryDirectory() as place:
        found = download_model(tracking_uri or default_tracking_uri(root), run, Path(place))
        from pipelines.serving.files import CONFIG_FILE, MODEL_FILE, holds_model

        folders = [model.parent for model in found.rglob(MODEL_FILE)]
        folder = next(filter(holds_model, folders), None)
        if folder is None:
            raise click.UsageError(
                f"{run!r} is no model of `cookbook train` or `cookbook tune`: it has no "
                f"{MODEL_FILE} beside a {CONFIG_FILE}. Other models are loaded by "
                "mlflow.pyfunc.load_model."
            )
        yield folder


def _models(root: Path) -> list[str]:
    """Names of the runs and studies that have a model here, the newest first."""
    from pipelines.serving.files import MODEL_FILE

    files = [*root.glob(f"models/*/{MODEL_FILE}"), *root.glob(f"studies/*/{MODEL_FILE}")]
    files.sort(key=lambda file: file.stat().st_mtime, reverse=True)
    return [file.parent.name for file in files]


def _named(run: str, root: Path) -> str:
    """The run or study that is meant: by its name or id, or the beginning of one of them."""
    from pipelines.training.saved import saved_trainings

    # Of equal names the newest training is meant.
    named = {one.name: one.run for one in reversed(saved_trainings(root))}
    known = _models(root)
    if run not in named:
        run = resolve_name("run or study", run, list(dict.fromkeys([*known, *named])))
    return named.get(run, run)


def _folder(run: str, root: Path) -> Path:
    from pipelines.serving.files import holds_model

    name = run if holds_model(Path(run)) else _named(run, root)
    places = (Path(run), root / "models" / name, root / "studies" / name)
    for place in places:
        if holds_model(place):
            return place
    looked = ", ".join(map(str, places))
    raise click.UsageError(
        f"There is no saved model for {run!r}. Looked in: {looked}. Of a model in MLflow give the "
        "address: runs:/ID/model or models:/NAME@ALIAS."
    )
