"""What MLflow gets of a refitted winner: kept as files, so that it can be sent now or later."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.serving.files import MODEL_FILE
from pipelines.training.examples import read_example, write_example

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tuning.tracking import Run
    from tuning.tracking.models import LoggedModel

FOLDER = "delivery"  # beside the model
SENT = "internal.delivery"  # tag of the parent run: which delivery it has
_SENT_BEFORE = "delivery"  # its name in 0.2.0
RECIPE, KERAS = "recipe", "keras"
_FACTS, _FILES = "delivery.json", "files"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A refitted winner on its way to MLflow.

    Attributes:
        kind: `"recipe"` for a model with its preprocessing, `"keras"` for a plain one.
        mark: Tells deliveries apart; a run that has this one carries it as a tag.
        dataset: Name of the data, or None.
        fingerprint: Hash of the data, or None.
        registration: `register` and `alias`, or empty.
        requirements: What is needed to load a plain model.
    """

    kind: str
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    dataset: str | None = None
    fingerprint: str | None = None
    registration: Mapping[str, Any] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()

    def keep(
        self,
        directory: Path,
        example: tuple[Any, Any],
        *,
        figures: Mapping[str, Figure] | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        """Writes everything beside the model; what an earlier search left there goes.

        Args:
            directory: Folder of the saved model.
            example: A few inputs and the model's answers, arrays or frames, from which the
                signature is read; the answers of a plain model may be None.
            figures: Pictures by file name without ending.
            texts: Texts by file name.
        """
        folder = directory / FOLDER
        shutil.rmtree(folder, ignore_errors=True)
        (folder / _FILES / "figures").mkdir(parents=True)
        for name, figure in (figures or {}).items():
            figure.savefig(folder / _FILES / "figures" / f"{name}.png")
        for name, text in (texts or {}).items():
            file = folder / _FILES / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        write_example(folder, *example)
        # Last: a delivery without its facts is none.
        (folder / _FACTS).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @property
    def parts(self) -> list[str]:
        """What it brings, for people."""
        parts = ["the refitted model", *(["its figures"] if self.kind == RECIPE else [])]
        name, alias = self.registration.get("register"), self.registration.get("alias")
        if name:
            parts.append(f"the registration as {name}{f'@{alias}' if alias else ''}")
        return parts

    def send(self, run: Run, directory: Path, *, model: Any = None) -> bool:
        """Writes model, files and registration to a run that lacks them.

        Args:
            run: The parent run of the study.
            directory: Folder of the saved model.
            model: The plain model where it is in memory; else it is loaded.

        Returns:
            Whether anything was written: a second call writes nothing.

        Raises:
            TrackingError: If MLflow does not accept it; what is kept stays.
        """
        tags = run.tags()
        if self.mark in (tags.get(SENT), tags.get(_SENT_BEFORE)):
            return False
        from tuning.tracking.content import DESCRIPTION
        from tuning.tracking.models import describe_model

        folder = directory / FOLDER
        if self.dataset and self.fingerprint:
            run.dataset(self.dataset, self.fingerprint)
        run.file(folder / _FILES)
        example = read_example(folder)
        if self.kind == RECIPE:
            from pipelines.training.saving import log_model

            logged = log_model(run, example, directory / MODEL_FILE, **self.registration)
        else:
            logged = self._log_plain(run, directory, example[0], model)
        describe_model(run, logged, tags.get(DESCRIPTION, ""))
        run.log(tags={SENT: self.mark})
        return True

    def _log_plain(self, run: Run, directory: Path, example: Any, model: Any) -> LoggedModel:
        from pipelines.serving.keras_models import log_keras_model

        return log_keras_model(
            run,
            _loaded(directory / MODEL_FILE) if model is None else model,
            input_example=example,
            pip_requirements=list(self.requirements),
            **self.registration,
        )


def kept_delivery(directory: Path) -> Delivery | None:
    """What `Delivery.keep` wrote, or None.

    Args:
        directory: Folder of the saved model.
    """
    file = directory / FOLDER / _FACTS
    if not file.exists() or not (directory / MODEL_FILE).exists():
        return None
    facts = json.loads(file.read_text(encoding="utf-8"))
    return Delivery(**{**facts, "requirements": tuple(facts["requirements"])})


def _loaded(path: Path) -> Any:
    from pipelines.serving.keras_models import load_model_file

    try:
        return load_model_file(path)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "A model whose layers are your own code can only be sent where that code is "
            f"imported and registered with Keras. Got {path}: call "
            "`pipelines.jobs.mlflow.review.sync_study` from such a script."
        ) from error
