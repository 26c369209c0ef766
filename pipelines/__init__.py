"""Datasets, input pipelines, recipes, training, reports and the command line."""

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_attributes

if TYPE_CHECKING:
    from pipelines.datasets.registry import load_dataset as load_dataset
    from pipelines.jobs.api import tune as tune
    from pipelines.jobs.schema import Job as Job
    from pipelines.jobs.schema import load_job as load_job
    from pipelines.recipes.registry import load_recipe as load_recipe
    from pipelines.service.submission import submit as submit
    from pipelines.training.api import train as train

_REFERENCES = {
    "Job": "pipelines.jobs.schema:Job",
    "load_dataset": "pipelines.datasets.registry:load_dataset",
    "load_recipe": "pipelines.recipes.registry:load_recipe",
    "load_job": "pipelines.jobs.schema:load_job",
    "submit": "pipelines.service.submission:submit",
    "train": "pipelines.training.api:train",
    "tune": "pipelines.jobs.api:tune",
}
__all__ = list(_REFERENCES)
__getattr__, __dir__ = lazy_attributes(__name__, _REFERENCES)
