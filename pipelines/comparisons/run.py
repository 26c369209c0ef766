"""`compare`: every training of a comparison, its table, its figure and its MLflow run."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.code_version import code_version
from pipelines.comparisons.arm_results import ArmResult, ArmResults
from pipelines.comparisons.registry import load_comparison
from pipelines.comparisons.request import ComparisonRequest
from pipelines.comparisons.training import Findings, PartTrainer, count_trainings

if TYPE_CHECKING:
    from pipelines.comparisons.comparison import Comparison
    from pipelines.datasets.containers import Dataset
    from tuning.tracking import Run

OnTraining = Callable[[int, int, str, ArmResult], None]


@dataclass(frozen=True, kw_only=True)
class ComparisonResult:
    """The result of a comparison.

    Attributes:
        comparison: Name of the comparison.
        table: One row per arm, see `pipelines.comparisons.table.table_rows`.
        trainings: One row per training with its metrics.
        sweep: One row per learning rate that was tried.
        conclusions: What the results support, in sentences.
        seeds: The seeds.
        figure: File of the figure, PNG.
        csv: File of the table.
        seconds: Wall time of this call, and of the trainings that an interrupted one finished.
        run_id: MLflow run.
        run_url: Address of the run.
    """

    comparison: str
    table: Sequence[Mapping[str, Any]]
    trainings: Sequence[Mapping[str, Any]]
    sweep: Sequence[Mapping[str, Any]]
    conclusions: Sequence[str]
    seeds: Sequence[int]
    figure: Path
    csv: Path
    seconds: float
    run_id: str
    run_url: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {**plain, "figure": str(self.figure), "csv": str(self.csv)}


def compare(
    request: ComparisonRequest,
    *,
    comparison: Comparison | None = None,
    on_training: OnTraining | None = None,
) -> ComparisonResult:
    """Runs a comparison: trainings, table, figure, MLflow run.

    Every finished training is kept at once under `root/comparisons`; a call with the same
    settings and code continues from there, also one with more seeds after the comparison is
    recorded.
    Only validation rows are used: the test split stays sealed.

    Args:
        request: What to compare.
        comparison: A comparison of your own; by default the catalog's that the request names.
        on_training: Called after every training with how many are done, how many there are,
            what it was and what it gave.

    Returns:
        Table, figure and run.

    Raises:
        ValueError: If the comparison or a hyperparameter is unknown or out of range.
        MixedCodeError: If the finished trainings were made by another version of the code.
    """
    comparison = comparison or load_comparison(request.comparison)
    request.check(comparison)
    started = time.perf_counter()
    data = _load(request, comparison)
    prints = {recipe: dataset.fingerprint for recipe, dataset in data.items()}
    folder = request.folder(comparison, prints)
    parts = comparison.parts
    references = [ref for part in parts for ref in (part.measure, part.builder) if ref]
    code = code_version(references, folders=["pipelines/comparisons"])
    file = ArmResults(folder / "trainings.jsonl", code=code)
    counter = _Counter(count_trainings(request, comparison.parts), on_training)
    findings = [
        PartTrainer(
            request, part, dataset=data[part.recipe], file=file, on_training=counter.count
        ).run()
        for part in comparison.parts
    ]
    started -= file.earlier_seconds
    result = _record(request, comparison, findings, data=data, folder=folder, started=started)
    # Only now: a process that dies while recording need not train again.
    file.finish()
    return result


class _Counter:
    def __init__(self, total: int, on_training: OnTraining | None) -> None:
        self._done, self._total, self._on_training = 0, total, on_training

    def count(self, what: str, result: ArmResult) -> None:
        self._done += 1
        if self._on_training is not None:
            self._on_training(self._done, self._total, what, result)


def _load(request: ComparisonRequest, comparison: Comparison) -> dict[str, Dataset]:
    return {part.recipe: request.data_request(part).load() for part in comparison.parts}


def _record(
    request: ComparisonRequest,
    comparison: Comparison,
    findings: Sequence[Findings],
    *,
    data: Mapping[str, Dataset],
    folder: Path,
    started: float,
) -> ComparisonResult:
    from pipelines.comparisons.table import (
        conclusions,
        edge_warnings,
        sweep_rows,
        table_rows,
        training_rows,
    )
    from tuning.tracking import Provenance, Tracker, default_tracking_uri, git_commit

    tables = [table_rows(found) for found in findings]
    rows = [row for table in tables for row in table]
    said = [
        f"{found.part.title}: {sentence}" if found.part.title else sentence
        for found, table in zip(findings, tables, strict=True)
        for sentence in (*conclusions(table), *edge_warnings(sweep_rows(found)))
    ]
    sweeps = [row for found in findings for row in sweep_rows(found)]
    tracker = Tracker(
        request.tracking_uri or default_tracking_uri(request.root), experiment=comparison.name
    )
    _write_files(folder, findings, rows=rows, sweeps=sweeps)
    provenance = Provenance(
        git_commit=git_commit(),
        dataset=", ".join(sorted({dataset.name for dataset in data.values()})),
        fingerprint=next(iter(data.values())).fingerprint,
    )
    tags = {**provenance.run_tags(), "seed": request.seed, "role": "comparison"}
    tags["mlflow.note.content"] = "\n\n".join([comparison.question, *said])
    with tracker.start(_title(request), params=_params(request, comparison), tags=tags) as run:
        for dataset in data.values():
            run.dataset(dataset.name, dataset.fingerprint)
        _log_metrics(run, findings, rows)
        run.file(folder / "figure.png", "figures")
        for path in sorted(folder.iterdir()):
            if path.suffix in (".csv", ".json", ".jsonl"):
                run.file(path, "table")
    return ComparisonResult(
        comparison=comparison.name,
        table=rows,
        trainings=[row for found in findings for row in training_rows(found)],
        sweep=sweeps,
        conclusions=said,
        seeds=request.seed_list(),
        figure=folder / "figure.png",
        csv=folder / "table.csv",
        seconds=time.perf_counter() - started,
        run_id=run.run_id,
        run_url=run.url,
    )


def _write_files(
    folder: Path,
    findings: Sequence[Findings],
    *,
    rows: Sequence[Mapping[str, Any]],
    sweeps: Sequence[Mapping[str, Any]],
) -> None:
    from pipelines.comparisons.figure import comparison_figure
    from pipelines.comparisons.table import as_csv

    folder.mkdir(parents=True, exist_ok=True)
    comparison_figure(findings).savefig(folder / "figure.png", dpi=120)
    (folder / "table.csv").write_text(as_csv(rows), encoding="utf-8")
    (folder / "table.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    if sweeps:
        (folder / "learning_rates.csv").write_text(as_csv(sweeps), encoding="utf-8")


def _title(request: ComparisonRequest) -> str:
    seeds = request.seed_list()
    mode = " tiny" if request.tiny else ""
    return f"{request.comparison}{mode} seeds {seeds[0]} to {seeds[-1]}"


def _params(request: ComparisonRequest, comparison: Comparison) -> dict[str, Any]:
    """What all arms of a part share, and the arms."""
    found: dict[str, Any] = {"seeds": list(request.seed_list()), "tiny": request.tiny}
    for part in comparison.parts:
        prefix = f"{part.title}/" if len(comparison.parts) > 1 else ""
        shared = {**part.base().defaults, **part.fixed, **(part.tiny if request.tiny else {})}
        shared = {k: v for k, v in {**shared, **request.params}.items() if k not in part.varied}
        found |= {f"{prefix}{name}": value for name, value in shared.items()}
        found |= {f"{prefix}recipe": part.recipe, f"{prefix}rows": request.rows(part)}
        found |= {f"{prefix}arm/{arm}": dict(params) for arm, params in part.arms.items()}
    return found


def _log_metrics(run: Run, findings: Sequence[Findings], rows: Sequence[Mapping[str, Any]]) -> None:
    from pipelines.comparisons.figure import bands

    many = len(findings) > 1
    for row in rows:
        prefix = f"{row['part']}/{row['arm']}" if many else row["arm"]
        values = {"mean": row["mean"], "low": row["low"], "high": row["high"]}
        values |= {"difference": row["difference"], "seconds": row["seconds"]}
        final = {f"{prefix}/final {k}": v for k, v in values.items() if v is not None}
        run.log(metrics=final)
    for found in findings:
        for arm in found.part.arms:
            prefix = f"{found.part.title}/{arm}" if many else arm
            for metric in found.part.shown:
                band = bands(found, arm, metric)
                if band is None:
                    continue
                steps = [int(position) for position in band.pop("x")]
                history = {f"{prefix}/{metric} {kind}": band[kind] for kind in band}
                run.log(history={**history, "step": steps})
