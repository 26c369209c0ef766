"""What a tuning job gives back, read from the study: also long after it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.formatting import format_value
from pipelines.jobs.summary import counts_text

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from tuning import SearchResult


@dataclass(frozen=True, kw_only=True, repr=False)
class TuneResult:
    """A finished study with the final look at the test split.

    Attributes:
        search: The trials and why the search stopped.
        final: What the final evaluation wrote into the study; empty when nothing was tested.
        run_id: MLflow's parent run, or `None` when MLflow did not answer.
        run_url: Where it can be looked at.
        unsent: What MLflow lacks beside trials, until `cookbook sync` has sent it.
        synced: Whether MLflow is known to have everything.
    """

    search: SearchResult
    final: Mapping[str, Any]
    run_id: str | None = None
    run_url: str | None = None
    unsent: Sequence[str] = ()
    synced: bool = False

    @property
    def study(self) -> str:
        """Name of the study."""
        return self.search.study

    @property
    def metric(self) -> str:
        """The metric that the search optimised."""
        return str(self.search.metrics[0][0])

    @property
    def best_params(self) -> dict[str, Any]:
        """Hyperparameters of the best trial."""
        return self.search.best_params or {}

    @property
    def best_value(self) -> float | None:
        """Its validation score."""
        return self.search.best_value

    @property
    def n_trials(self) -> int:
        """Trials of the study."""
        return self.search.n_trials

    @property
    def trials(self) -> pd.DataFrame:
        """One row per trial."""
        return self.search.trials

    @property
    def test_metrics(self) -> dict[str, float]:
        """Test metrics of the refitted winner; the test split was read once for them."""
        return dict(self.final.get("test_metrics", {}))

    @property
    def notes(self) -> list[str]:
        """What the dataset's loader inferred, dropped or skipped."""
        return list(self.final.get("notes", []))

    @property
    def model_path(self) -> Path | None:
        """The refitted winner, or `None` when there is none."""
        path = self.final.get("model_path")
        return Path(path) if path else None

    def __repr__(self) -> str:
        parts = [f"{self.study!r}", counts_text(self.search.states)]
        if self.best_value is not None:
            reached = f"best {self.metric} {format_value(self.best_value)}"
            parts.append(f"{reached} in trial {self.search.best_trial}")
        metric = self.final.get("metric")
        if metric in self.test_metrics:
            parts.append(f"test {metric} {format_value(self.test_metrics[metric])}")
        return f"TuneResult({', '.join(parts)})"

    def _repr_html_(self) -> str:
        from pipelines.jobs.result_page import result_html

        return result_html(self)

    def leaderboard(self, count: int | None = None) -> pd.DataFrame:
        """The complete trials, the best first.

        Args:
            count: At most so many; all by default.

        Returns:
            One row per trial, indexed by its number: its value under the metric's name, the
            metrics that constraints bound, its hyperparameters.
        """
        import pandas as pd

        rows = [
            {"trial": row["number"], self.metric: row["value"], **row["bounded"], **row["params"]}
            for row in self.best_trials(self.n_trials if count is None else count)
        ]
        return pd.DataFrame(rows, columns=None if rows else ["trial", self.metric]).set_index(
            "trial"
        )

    def model(self, build: Any = None) -> keras.Model:
        """Loads the refitted winner, in any process.

        Args:
            build: The `build(hp)` function or `HyperModel` again, for a model of which Keras can
                save the weights only.

        Raises:
            FileNotFoundError: If the study has no refitted model here.
        """
        weights = self.final.get("weights_path")
        if build is not None and weights:
            from pipelines.jobs.keras_tuner.saving import built_winner

            return built_winner(build, self.best_params, Path(weights).parent)
        from pipelines.serving.keras_models import load_model_file

        return load_model_file(self._existing_model())

    def predict(self, rows: Any) -> Any:
        """Predicts with the refitted winner.

        Args:
            rows: Of a recipe raw inputs as its data have them: images, rows of a table, texts.
                Of a `build(hp)` function arrays as the model takes them, `[rows, ...]`.

        Returns:
            Of a recipe a DataFrame with one row per input, whose columns depend on the task; of
            a `build(hp)` function the model's outputs.

        Raises:
            FileNotFoundError: If the study has no refitted model here.
        """
        from pipelines.serving.files import holds_model

        folder = self._existing_model().parent
        if holds_model(folder):
            from pipelines.serving.bundle import Bundle

            return Bundle.load(folder).predict(rows)
        return self.model().predict(rows, verbose=0)

    def _existing_model(self) -> Path:
        if "model_note" in self.final:
            raise FileNotFoundError(
                f"The study {self.study!r} has {self.final['model_note']}. Got `model()` without "
                "`build`."
            )
        if self.model_path is None or not self.model_path.exists():
            raise FileNotFoundError(
                f"The study {self.study!r} has no refitted model on this machine. "
                f"Got model_path={self.model_path}: run the job again, or load it from MLflow."
            )
        return self.model_path

    def best_trials(self, count: int) -> list[dict[str, Any]]:
        """The best complete trials, the best first: `number`, `value`, `bounded`, `params`.

        `bounded` are the metrics that constraints bound.
        """
        from tuning.storage.records import best_records, bounded_metrics

        bounded = bounded_metrics(self.search.records)
        maximize = self.search.metrics[0][1] == "maximize"
        # Repetitions of a point are in the table of the stages.
        best = best_records(self.search.records, maximize=maximize)
        return [
            {
                "number": r.number,
                "value": r.value,
                "bounded": {name: r.metrics.get(name) for name in bounded if name != self.metric},
                "params": dict(r.params),
            }
            for r in best[:count]
        ]

    def to_dict(self) -> dict[str, Any]:
        """The last line of `cookbook tune --json`."""
        return {
            "study": self.study,
            "best_value": self.best_value,
            "best_params": self.best_params,
            "n_trials": self.n_trials,
            "metric": self.metric,
            "test_metrics": self.test_metrics,
            "run_id": self.run_id,
            "run_url": self.run_url,
            "unsent": list(self.unsent),
            "stopped_because": self.search.stopped_because,
            "shortfall": self.search.shortfall,
            "states": self.search.states,
            **{"pareto": [], "stages": [], "confirmed": []},
            **self.search.choice,
            "notes": self.notes,
            "final": {name: value for name, value in self.final.items() if name != "notes"},
        }
