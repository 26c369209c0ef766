"""The description of a study's parent run, as Markdown: what came out, and how to get it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tuning.tracking.provenance import Provenance


def describe_study(
    result: Mapping[str, Any],
    provenance: Provenance,
    *,
    run_id: str,
    best: Mapping[str, Any] | None,
    trials_url: str | None = None,
) -> str:
    """Describes a study that has its result.

    Args:
        result: The result as the study records it; empty while there is none.
        provenance: Commit, data and tags of the study's runs.
        run_id: The parent run, which has the model.
        best: Hyperparameters of the winner, or None.
        trials_url: Where the trials are shown as a table, or None.

    Returns:
        The verdict, the metrics beside those of the defaults and of a simple method, how the model
        is loaded and how the winner is trained again; empty while there is no result.
    """
    if not result:
        return ""
    # MLflow folds a long description: what leads further comes before the scores.
    link = "" if trials_url is None else f"[The trials as a table]({trials_url}), the best first."
    parts = [str(result.get("verdict", "")), link, _scores(result)]
    if best is not None:
        parts.append(f"Best hyperparameters: `{json.dumps(dict(best), default=str)}`")
    if result.get("model_path"):
        address = f"runs:/{run_id}/model"
        loading = f'mlflow.pyfunc.load_model("{address}").predict(inputs)'
        parts.append(_code("Load the model:", [loading], language="python"))
    again = list(_reproduction(result, provenance))
    if again:
        parts.append(_code("Train with the winner's hyperparameters:", again, language="sh"))
    return "\n\n".join(part for part in parts if part)


def _scores(result: Mapping[str, Any]) -> str:
    """The table of the test metrics; empty for a result without them."""
    groups = [result.get(f"{name}_metrics") or {} for name in ("test", "default", "baseline")]
    names = list(groups[0])
    if not names:
        return ""
    title = f"baseline ({result['baseline']})" if "baseline" in result else "baseline"
    # MLflow shows tables without space between their columns.
    head = f"| test metric | &emsp;winner | &emsp;defaults | &emsp;{title} |\n|---|---:|---:|---:|"
    lines = [f"| {name} | {' | '.join(_number(g.get(name)) for g in groups)} |" for name in names]
    return "\n".join([head, *lines])


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else ""


def _reproduction(result: Mapping[str, Any], provenance: Provenance) -> Iterator[str]:
    if provenance.git_commit:
        commit, dirty, _ = provenance.git_commit.partition("-dirty")
        yield f"git checkout {commit[:12]}" + ("  # and uncommitted changes" if dirty else "")
    if provenance.dataset:
        yield f"# data: {provenance.dataset}, fingerprint {(provenance.fingerprint or '')[:12]}"
    if result.get("reproduce"):
        yield str(result["reproduce"])


def _code(title: str, lines: list[str], *, language: str) -> str:
    return "\n".join([title, "", f"```{language}", *lines, "```"])
