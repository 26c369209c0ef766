"""What may be submitted: a job names recipes and functions of the image, and data of its folders.

Rules:
    1. A job brings no code: its function lies in a module that the service was told to allow.
    2. Store and MLflow are those of the service; a job does not name them.
    3. Its data lie in the data folder.
    4. What `cookbook job check` refuses on every machine is refused before it is queued. Packages
       and a study to begin with may be there by the time that a worker takes it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cookbook._names import unknown_name
from pipelines.datasets.own_files import FILE_OPTIONS, in_folder
from pipelines.jobs.schema import Job, check_job
from pipelines.jobs.yaml_lines import Document, read_document
from tuning.errors import JobError
from tuning.service.capacity import Resources

if TYPE_CHECKING:
    from tuning import Client, SearchSettings
    from tuning.service.job_record import JobRecord

MODULES_VARIABLE = "COOKBOOK_MODULES"
DATA_VARIABLE = "COOKBOOK_DATA"
_OF_THE_SERVICE = {
    "storage": "the service keeps every study in its own store",
    "tracking": "the service sends every run to its own MLflow",
    "pool": "the service has workers of its own",
    "ray_address": "the service has workers of its own",
}
# Keys that may change while a job runs: none of them decides the numbers of a trial.
CHANGEABLE = ("trials", "timeout", "patience", "stop_at", "space")


def submit(
    path: str | Path,
    client: Client,
    *,
    name: str | None = None,
    priority: int = 0,
    weight: float = 1.0,
    cap: int | None = None,
    labels: tuple[str, ...] = (),
) -> JobRecord:
    """Checks a job file and adds it to the queue.

    Args:
        path: A YAML file.
        client: The service's store.
        name: Name of job and study; None for the job's `study`, or else the file's name.
        priority: Jobs of higher priority get free slots first.
        weight: Share of the slots beside jobs of the same priority.
        cap: Most concurrent trials on all workers together.
        labels: Labels that a worker must have.

    Returns:
        The job, queued.

    Raises:
        JobError: If the job is wrong, not allowed, or its name is taken.
    """
    document = read_document(path)
    name = name or document.content.get("study") or Path(path).stem
    job = read_submission(document.text, name=name, source=str(path))
    planned = _planned(job)
    return client.submit(
        document.text,
        name=name,
        trials=planned.total,
        timeout=planned.timeout,
        priority=priority,
        weight=weight,
        cap=cap,
        needs=Resources(labels=labels, gpus=job.gpus, memory=job.memory or 0),
    )


def trials_of(job: JobRecord) -> int | None:
    """Trials of a job, also where an earlier version queued its stages without their number.

    Args:
        job: The job.

    Returns:
        None where a grid or its time decides, and of a job that no worker will take.
    """
    if job.trials is None and "stages" in job.text:
        from pipelines.jobs.plan import plan_job

        with contextlib.suppress(JobError, ValueError):
            submitted = read_submission(job.text, name=job.name, changes=job.changes)
            return plan_job(submitted).settings.total
    return job.trials


def change(name: str, client: Client, changes: Mapping[str, Any]) -> JobRecord:
    """Changes how far a job goes, also while it runs; its workers follow within seconds.

    Args:
        name: The job.
        client: The service's store.
        changes: Keys among `CHANGEABLE` with their new values.

    Returns:
        The job. One that is over stays over until it is resumed.

    Raises:
        JobError: If there is no such job, or a key or value is wrong.
        ValueError: If a hyperparameter or a setting is wrong.
    """
    for key in changes:
        if key not in CHANGEABLE:
            raise JobError(
                unknown_name("key that can change", key, CHANGEABLE)
                + " Anything else makes another study: submit it under a new name."
            )
    job = client.queue.job(name)
    wanted = with_changes(job.changes, changes)
    changed = read_submission(job.text, name=name, source=name, changes=wanted)
    if "space" in changes:
        before = read_submission(job.text, name=name, source=name, changes=job.changes)
        _check_growth(before, changed)
    _planned(changed)
    return client.queue.change(name, {key: wanted[key] for key in changes})


def with_changes(content: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of a job with some of them replaced; of the space, parameter by parameter.

    Example:
        >>> with_changes({"trials": 8, "space": {"a": [1]}}, {"space": {"b": [2]}})
        {'trials': 8, 'space': {'a': [1], 'b': [2]}}
    """
    both = {**content, **changes}
    spaces = [keys["space"] for keys in (content, changes) if "space" in keys]
    if len(spaces) == 2 and all(isinstance(space, Mapping) for space in spaces):
        both["space"] = {**spaces[0], **spaces[1]}
    return both


def _check_growth(before: Job, after: Job) -> None:
    """Refuses a space that is no larger one, as the study would, before a worker reads it."""
    from pipelines.jobs.plan import plan_job
    from tuning.space.growth import grown

    if before.stages:
        raise JobError(
            "The space of a staged search stays as it is: its stages were derived from it. Submit "
            "the job under a new name."
        )
    try:
        grown(plan_job(before).target.space, plan_job(after).target.space)
    except ValueError as error:
        raise JobError(f"{error} Submit it under a new name.") from None


def read_submission(
    text: str,
    *,
    name: str,
    source: str = "job",
    changes: Mapping[str, Any] | None = None,
) -> Job:
    """Reads a submitted job and holds it to the rules of the service.

    Args:
        text: The YAML that was submitted.
        name: Name of the job and of its study.
        source: Name of the file, for messages.
        changes: Keys that were changed since.

    Raises:
        JobError: If the job is wrong or not allowed; messages begin with `source:line:`.
    """
    document = Document(text, source)
    for key, why in _OF_THE_SERVICE.items():
        if key in document.content:
            raise JobError(
                document.at((key,), f"a submitted job has no `{key}`: {why}. Leave it out.")
            )
    _check_function(document)
    content = with_changes(document.content, changes or {})
    job = check_job({**content, "study": name}, document)
    _check_data(job.data, document)
    return job


def _check_function(document: Document) -> None:
    function = document.content.get("function")
    if function is None:
        return
    module = str(function).partition(":")[0]
    allowed = [m.strip() for m in os.environ.get(MODULES_VARIABLE, "").split(",") if m.strip()]
    if not any(module == one or module.startswith(f"{one}.") for one in allowed):
        known = ", ".join(allowed) or "none"
        raise JobError(
            document.at(
                ("function",),
                f"functions of the module {module!r} are not allowed here (allowed: {known}). "
                f"Install it in the image and name it in {MODULES_VARIABLE} of client and workers.",
            )
        )


def placed_data(job: Job) -> dict[str, Any] | None:
    """The data of a submitted job as a worker reads them: relative files lie in its data folder.

    Args:
        job: The job.

    Raises:
        ValueError: If there is no such recipe.
    """
    from pipelines.recipes.registry import load_recipe

    if not job.data:
        return None
    return in_folder(load_recipe(str(job.recipe)).dataset, _options(job.data), _data_folder())


def _options(data: dict[str, Any] | str | None) -> dict[str, Any]:
    return {"path": data} if isinstance(data, str) else dict(data or {})


def _data_folder() -> Path:
    return Path(os.environ.get(DATA_VARIABLE, ".")).resolve()


def _check_data(data: dict[str, Any] | str | None, document: Document) -> None:
    options = _options(data)
    # The weights of a table are a column; its name passes as that of a file would.
    for name in FILE_OPTIONS:
        if options.get(name) is not None:
            _check_place(options[name], document)


def _check_place(path: Any, document: Document) -> None:
    folder = _data_folder()
    # A relative path is one in the data folder; links are followed before it is compared.
    resolved = (folder / str(path)).resolve()
    if not resolved.is_relative_to(folder):
        raise JobError(
            document.at(
                ("data",),
                f"data of a submitted job lie in the data folder ({DATA_VARIABLE}). Got {path!r}: "
                "copy the file there and name it relative to that folder.",
            )
        )


def _planned(job: Job) -> SearchSettings:
    """The settings of a job after rule 4: recipe, hyperparameters, space, and how it is searched.

    Raises:
        JobError: If no search could do this.
        ValueError: If the recipe, a hyperparameter, a metric or a setting is wrong.
    """
    from pipelines.jobs.plan import plan_job
    from tuning.engine.checks import check_anywhere

    plan = plan_job(job)
    with contextlib.suppress(ImportError):  # workers may have the package
        check_anywhere(plan.target.space, plan.settings)
    return plan.settings
