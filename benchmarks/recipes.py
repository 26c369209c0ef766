"""Trains recipes with several seeds by the command line and keeps what they reached.

`python -m benchmarks.recipes digits-cnn wine-mlp --seeds 3` writes one file for each recipe
into `pipelines/recipes/records/`, and the figures into the recipes' docstrings and docs/. What was
interrupted goes on: a recipe with the missing seeds, a training from its last epoch. Other settings
than the defaults are kept beside them as a variant:
`python -m benchmarks.recipes imdb-sentiment-rnn --variant gru --set cell=gru`. With `--add` the
seeds of the record are kept, and those that it lacks are trained. With `--simple-method` nothing is
trained: the simple method beside the record is measured again.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks._harness import CONSOLE
from benchmarks._machine import commit, machine
from benchmarks._simple_methods import with_simple_method_anew
from benchmarks._training import trained
from benchmarks.document import stale_documents
from pipelines.datasets.locate import form_of
from pipelines.datasets.registry import dataset_folder, entry
from pipelines.recipes.record import Record, read_record, record_file
from pipelines.recipes.registry import load_recipe

# What the models write: see `Task.notes`.
TEXTS = ("samples.txt", "translations.txt")
REPORT = "classification-report.json"
CLASSES = 10  # no more are kept one by one
SCORES = ("precision", "recall", "f1-score")
PARTS = Path(__file__).parent / "results" / "parts"


def measure(
    recipe: str, *, seeds: Sequence[int], extra: Sequence[str], kept: Record | None = None
) -> Record:
    """Trains a recipe once for each seed.

    Args:
        recipe: Name of the recipe.
        seeds: One training each.
        extra: Further arguments of `cookbook train`.
        kept: Measured before by the same command; its seeds are not trained again.

    Returns:
        What the trainings reached.

    Raises:
        ValueError: If the kept record is of another command, machine or form of the data.
        subprocess.CalledProcessError: If a training fails.
    """
    facts = machine()
    busy, cores = float(facts["load_before"]) > 0.5, _threads(facts["cores"])
    data = data_form(recipe)
    if kept is not None:
        command = shlex.join(_command(recipe, seeds[0], extra))
        _check_kept(kept, (command, cores, facts["cpu"], data))
    done = {} if kept is None else _runs_of(kept)
    runs = [done.get(seed) or _run(recipe, seed, extra) for seed in seeds]
    return Record(
        recipe=recipe,
        command=shlex.join(_command(recipe, seeds[0], extra)),
        commit=runs[0]["commit"],
        seeds=list(seeds),
        seconds=[run["seconds"] for run in runs],
        test_metrics=_by_metric([run["test_metrics"] for run in runs]),
        baseline=runs[0]["baseline"],
        baseline_metrics=_by_metric([run["baseline_metrics"] for run in runs]),
        cores=cores,
        cpu=facts["cpu"],
        busy=busy or any(run["busy"] for run in runs),
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        history=[run["history"] for run in runs],
        texts=runs[0]["texts"],
        class_scores={
            name: _by_metric([run["class_scores"][name] for run in runs])
            for name in runs[0]["class_scores"]
        },
        data=data,
    )


def data_form(recipe: str) -> str:
    """Which of the forms of its dataset a recipe is trained on; empty where there is one form.

    Args:
        recipe: Name of the recipe.
    """
    name = load_recipe(recipe).dataset
    return form_of(name, dataset_folder(name)) if len(entry(name).layouts) > 1 else ""


def _threads(cores: int) -> int:
    """Cores that TensorFlow computes on."""
    return min(cores, int(os.environ.get("TF_NUM_INTRAOP_THREADS", 0)) or cores)


def _check_kept(kept: Record, wanted: tuple[str, int, str, str]) -> None:
    found = (kept.command, kept.cores, kept.cpu, kept.data)
    if found != wanted or not kept.history:
        raise ValueError(
            "Seeds are added to a record with a history, of the same command, machine and data. "
            f"The record has {found}, this is {wanted}: measure all seeds again, without --add."
        )


def _runs_of(record: Record) -> dict[int, dict[str, Any]]:
    """The trainings of a record by their seeds, as `_run` gives them."""
    shared = {name: getattr(record, name) for name in ("commit", "busy", "baseline", "texts")}
    return {
        seed: {
            **shared,
            "seconds": record.seconds[place],
            "test_metrics": _at(record.test_metrics, place),
            "baseline_metrics": _at(record.baseline_metrics, place),
            "history": record.history[place],
            "class_scores": {name: _at(kept, place) for name, kept in record.class_scores.items()},
        }
        for place, seed in enumerate(record.seeds)
    }


def _at(metrics: Mapping[str, Sequence[float]], place: int) -> dict[str, float]:
    return {name: values[place] for name, values in metrics.items()}


def _command(recipe: str, seed: int, extra: Sequence[str]) -> list[str]:
    return ["cookbook", "train", recipe, "--seed", str(seed), *extra, "--json"]


def _run(recipe: str, seed: int, extra: Sequence[str]) -> dict[str, Any]:
    """One training, or what it gave when it was interrupted after it."""
    part = PARTS / f"{recipe}-{seed}.json"
    command = _command(recipe, seed, extra)
    if part.exists():
        found: dict[str, Any] = json.loads(part.read_text())
        if found["command"] == command:
            return found
    CONSOLE.log(shlex.join(command))
    began = os.times()
    root = part.with_suffix("")  # stays when it is interrupted: its checkpoint is gone on from
    result = trained([*command, "--root", str(root)])
    ended = os.times()
    used = sum(ended[2:4]) - sum(began[2:4])
    found = {
        "command": command,
        "commit": commit()["commit"],
        "busy": os.getloadavg()[0] > 1.5 * max(1.0, used / (ended[4] - began[4])),
        **{name: result[name] for name in ("seconds", "test_metrics")},
        **{name: result[name] for name in ("baseline", "baseline_metrics")},
        "history": {name: list(map(_short, kept)) for name, kept in result["history"].items()},
        "texts": {
            file.name: file.read_text("utf-8") for name in TEXTS for file in root.rglob(name)
        },
        "class_scores": class_scores(root),
    }
    part.write_text(json.dumps(found))
    shutil.rmtree(root)
    CONSOLE.log(f"{recipe} seed {seed}: {found['test_metrics']}, {found['seconds']:.0f} s")
    return found


def class_scores(root: Path) -> dict[str, dict[str, float]]:
    """Scores of every class on the test rows.

    Args:
        root: Folder of the run, or one above it.

    Returns:
        Precision, recall and F1 by class; empty without classes, or with more than ten.
    """
    reports = [json.loads(file.read_text("utf-8")) for file in root.rglob(REPORT)]
    found = reports[0]["classes"] if reports else {}
    if len(found) > CLASSES:
        return {}
    return {name: {score: kept[score] for score in SCORES} for name, kept in found.items()}


def _short(value: float) -> float:
    """Six digits: an epoch's mean has no more."""
    return float(f"{value:.6g}")


def _by_metric(runs: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    return {name: [run[name] for run in runs] for name in runs[0]}


def _write(file: Path, record: Record) -> None:
    file.write_text(json.dumps(asdict(record), indent=1) + "\n")


def main() -> None:
    """Measures the named recipes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="+")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--variant", default="", help="name of what --set changes, in letters")
    parser.add_argument("--add", action="store_true", help="train the seeds that are missing")
    parser.add_argument("--simple-method", action="store_true", help="measure it alone again")
    options, extra = parser.parse_known_args()
    for recipe in options.recipes:
        file = record_file(recipe, options.variant)
        if options.simple_method:
            if not file.exists():
                parser.error(f"{file.stem} has no record yet: measure it without --simple-method.")
            record = read_record(file)
            if (data := data_form(recipe)) != record.data:
                parser.error(
                    f"The record {file.stem} is of {record.data!r}, the data folder has {data!r}: "
                    "a simple method stands beside trainings on the same data."
                )
            _write(file, with_simple_method_anew(record))
            continue
        kept = read_record(file) if options.add and file.exists() else None
        try:
            record = measure(recipe, seeds=range(options.seeds), extra=extra, kept=kept)
        except ValueError as error:
            parser.error(str(error))
        _write(file, record)
        for part in PARTS.glob(f"{recipe}-[0-9]*.json"):
            part.unlink()
    stale_documents(write=True)


if __name__ == "__main__":
    main()
