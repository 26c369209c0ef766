"""The process beside a job that writes MLflow: in the end, it sends the winner as well.

It has MLflow already, and needs no TensorFlow: the refit has kept what the model answers.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tuning.tracking.daemon import main

if TYPE_CHECKING:
    from tuning.tracking import Run


def deliver(run: Run, directory: Path) -> None:
    """Sends a refitted winner of a recipe to the study's run.

    Args:
        run: The parent run.
        directory: Folder of the saved model, with its delivery.
    """
    from pipelines.jobs.mlflow.delivery import kept_delivery

    delivery = kept_delivery(directory)
    if delivery is not None:
        delivery.send(run, directory)


if __name__ == "__main__":
    main(deliver)
