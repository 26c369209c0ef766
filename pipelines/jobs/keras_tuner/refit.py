"""What the end of a search over `build(hp)` trains, in the workers: they have TensorFlow already.

A refit asks, after its training and before it reads the test rows, whether it may go on; the
process that holds the end of the study then records that they are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pipelines.jobs.keras_tuner.arrays import Parts
from pipelines.jobs.keras_tuner.objective import BuildObjective
from pipelines.jobs.keras_tuner.saving import save_winner
from pipelines.jobs.keras_tuner.structures import from_named, to_named
from tuning import Context
from tuning.workers.calls import ASK

if TYPE_CHECKING:
    from pipelines.jobs.keras_tuner.data import ArrayRows
    from tuning.workers.pool import Outcome

_KIND, _HISTORY, _METRICS, _LOSS = "kind", "history", "metrics", "loss"  # notes
_PREDICTIONS = "predictions.npy"


@dataclass(frozen=True, kw_only=True)
class BuildRefit:
    """Trains hyperparameters on the rows of a refit, and predicts the test rows.

    Attributes:
        build: Builds and trains the model.
        test: File of the test rows, or None without.
        keeps: Whether the model is saved.
        checkpoints: Folder of the file from which it goes on when its process died, or None.
    """

    build: BuildObjective
    test: Path | None
    keeps: bool
    checkpoints: Path | None = None
    preload: ClassVar[tuple[str, ...]] = BuildObjective.preload

    def __call__(self, params: dict[str, Any], context: Context) -> dict[str, float]:
        """Trains for the epochs of the context's budget; files go to its directory.

        Args:
            params: Hyperparameters.
            context: Seed, epochs, folder, and the question whether the test rows may be read.
        """
        import keras

        keras.utils.set_random_seed(context.seed)
        parts = self.build.refit_parts()
        model = self.build.train(
            params,
            parts,
            [],
            seed=context.seed,
            epochs=context.budget,
            checkpoints=self.checkpoints,
        )
        context.annotate(_KIND, type(model).__name__)
        context.annotate(_LOSS, f"{getattr(model, 'loss', '')}")
        context.annotate(_HISTORY, _history(model))
        if self.keeps:
            save_winner(model, context.directory, parts["x"])
        if self.test is not None:
            context.report(1, {ASK: 1.0})
            test = _read_rows(self.test)
            context.annotate(_METRICS, _evaluated(model, test))
            outputs = model.predict(test["x"], verbose=0)
            if isinstance(outputs, np.ndarray):
                np.save(context.directory / _PREDICTIONS, outputs, allow_pickle=False)
        return {}


@dataclass(frozen=True, kw_only=True)
class Refitted:
    """What a refit left.

    Attributes:
        kind: Name of the model's class.
        loss: Its loss, as text.
        history: Metric to one value per epoch; empty for a `fit` of one's own that keeps none.
        metrics: Loss and compiled metrics on the test rows, as far as there are any.
        outputs: Its outputs for the test rows; None for several outputs, or without such rows.
    """

    kind: str
    loss: str
    history: Mapping[str, Sequence[float]]
    metrics: Mapping[str, float]
    outputs: np.ndarray | None

    @classmethod
    def of(cls, outcome: Outcome, folder: Path) -> Refitted:
        """Reads it.

        Args:
            outcome: How the call ended.
            folder: Its folder.
        """
        notes, file = outcome.notes, folder / _PREDICTIONS
        return cls(
            kind=notes[_KIND],
            loss=notes[_LOSS],
            history=notes[_HISTORY],
            metrics=notes.get(_METRICS, {}),
            outputs=np.load(file, allow_pickle=False) if file.exists() else None,
        )


def store_rows(path: Path, rows: ArrayRows) -> None:
    """Writes rows where a refit finds them."""
    named: dict[str, Any] = {}
    for name, structure in rows.parts.items():
        named |= to_named(name, structure)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **named)


def _read_rows(path: Path) -> Parts:
    with np.load(path, allow_pickle=False) as stored:
        return from_named(dict(stored))


def _history(model: Any) -> dict[str, list[float]]:
    """The training curve that Keras left with the model."""
    found = getattr(getattr(model, "history", None), "history", {})
    return {name: [float(value) for value in values] for name, values in found.items()}


def _evaluated(model: Any, test: Parts) -> dict[str, float]:
    """Loss and compiled metrics; nothing of a model that trains itself without them."""
    if not getattr(model, "compiled", False):
        return {}
    found = model.evaluate(
        test["x"], test["y"], sample_weight=test.get("weight"), verbose=0, return_dict=True
    )
    return {name: float(value) for name, value in found.items()}
