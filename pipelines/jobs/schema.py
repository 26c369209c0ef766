"""Jobs: everything about a search as one YAML file, checked before anything heavy is imported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import (
    Field,
    ValidationError,
    model_validator,
)

from pipelines.jobs.old_keys import with_new_keys
from pipelines.jobs.options import JobOptions
from pipelines.jobs.rules import check_together
from pipelines.jobs.words import FOREIGN_WORDS
from pipelines.jobs.yaml_lines import Document, read_document
from tuning.errors import JobError
from tuning.faults import explain


class Job(JobOptions):
    """A search and what it is about.

    Either `recipe` or `function` says what is searched; a recipe brings its own space, objective
    and number of epochs, which the job may override.

    Raises:
        OptionsError: A `ValueError` with one line for each key that is wrong.

    Example:
        >>> job = Job(recipe="digits-cnn", trials=12, trial_timeout="2min")
        >>> job.trial_timeout, job.strategy
        (120.0, 'hybrid')
        >>> Job(function="demo:loss", objective="val_loss", space={"x": [1, 2]}).objective
        (Metric(name='val_loss', direction='minimize'),)
    """

    recipe: str | None = Field(None, description="Name of a recipe of the cookbook.")
    function: str | None = Field(
        None, description='Any objective as "module:attribute".', pattern=r"^[\w.]+:[\w.]+$"
    )
    data: dict[str, Any] | str | None = Field(
        None, description="Data of the recipe, when they are not its own."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_together(self)
        return self


def load_job(path: str | Path, *, overrides: Mapping[str, Any] | None = None) -> Job:
    """Reads and checks a job.

    Args:
        path: A YAML file.
        overrides: Keys that replace the file's, for example from the command line; `params` are
            added to those of the file.

    Returns:
        The job; a job without `study` is named after its file.

    Raises:
        JobError: If the file is broken; every message begins with `file:line:`.
    """
    document = read_document(path)
    try:
        content = merged(document.content, overrides or {})
    except ValueError as error:
        raise JobError(document.at((), str(error))) from None
    content.setdefault("study", Path(path).stem)
    return check_job(content, document)


def merged(content: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a job with some of them replaced; `params` are added one by one.

    Example:
        >>> merged({"set": {"a": 1}, "trials": 2}, {"params": {"b": 2}, "trials": 3})
        {'trials': 3, 'params': {'a': 1, 'b': 2}}
    """
    old, new = with_new_keys(dict(content)), with_new_keys(dict(overrides))
    both = {**old, **new}
    fixed = [keys["params"] for keys in (old, new) if "params" in keys]
    if len(fixed) == 2 and all(isinstance(params, Mapping) for params in fixed):
        both["params"] = {**fixed[0], **fixed[1]}
    return both


def check_job(content: Mapping[str, Any], document: Document | None = None) -> Job:
    """Checks the keys and values of a job.

    Args:
        content: Keys to values.
        document: Where they stand, for messages.

    Raises:
        JobError: If something is wrong; one line for each fault.
    """
    return _checked(Job, content, document)


def check_options(content: Mapping[str, Any]) -> JobOptions:
    """Checks the keys and values of a search whose target is no part of them.

    Args:
        content: Keys to values.

    Raises:
        JobError: If something is wrong; one line for each fault.
    """
    return _checked(JobOptions, content)


_Model = TypeVar("_Model", bound=JobOptions)


def _checked(
    model: type[_Model], content: Mapping[str, Any], document: Document | None = None
) -> _Model:
    try:
        return model.model_validate(dict(content))
    except ValidationError as error:
        text = explain(error, model, places=document, hints=FOREIGN_WORDS)
        raise JobError(text) from None


def job_schema() -> dict[str, Any]:
    """The JSON schema of a job, for completion in editors."""
    schema = Job.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Keras Cookbook tuning job",
    }
