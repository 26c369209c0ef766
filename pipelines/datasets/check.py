"""Says what is missing or damaged of a dataset."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import file_digest
from pipelines.datasets.formats.integrity import damage
from pipelines.datasets.locate import locate
from pipelines.datasets.registry import dataset_folder, entry, load_dataset

Status = Literal["complete", "missing", "damaged", "refused"]


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """State of a dataset on disk.

    Attributes:
        name: Name of the dataset.
        status: `"complete"`, `"missing"` or `"damaged"`; or `"refused"` for a person's own data
            that cannot be read as they were asked for: the data or an option is at fault.
        folder: Where it was looked for; `None` for what is bundled.
        problems: One line each; empty when complete.
        notes: What the loader dropped or repaired, and files that are sound but differ
            from the published ones.
        rows: Sizes of train, validation and test, if it was loaded.
    """

    name: str
    status: Status
    folder: Path | None = None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rows: tuple[int, int, int] | None = None


def check_dataset(
    name: str,
    *,
    data_dir: Path | str | None = None,
    cache_dir: Path | str | None = None,
    load: bool = True,
) -> CheckReport:
    """Checks the files of a dataset, and loads it to see that they belong together.

    Args:
        name: Name of a dataset.
        data_dir: The data folder; `None` takes the variable `COOKBOOK_DATA`.
        cache_dir: Folder for decoded arrays, which loading fills.
        load: `False` looks at the files only.

    Returns:
        What was found; a damaged dataset is no error here.

    Raises:
        ValueError: If the name is unknown.
        DataError: If no data folder is given, or the name stands for your own files.

    Example:
        >>> check_dataset("iris").status
        'complete'
    """
    found = entry(name)
    if found.source == "yours":
        raise DataError(f"{name!r} stands for your own files; loading them checks them.")
    folder = None if found.folder is None else dataset_folder(name, data_dir)
    notes: tuple[str, ...] = ()
    if folder is not None:
        try:
            _, paths = locate(name, folder)
        except DataError as error:
            return CheckReport(name=name, status="missing", folder=folder, problems=(str(error),))
        problems = tuple(
            f"{path}: {problem}" for path in paths if path.is_file() and (problem := damage(path))
        )
        if problems:
            return CheckReport(name=name, status="damaged", folder=folder, problems=problems)
        notes = _differences(name, folder)
    if not load:
        return CheckReport(name=name, status="complete", folder=folder, notes=notes)
    try:
        dataset = load_dataset(name, data_dir=data_dir, cache_dir=cache_dir)
    except DataError as error:
        return CheckReport(
            name=name, status="damaged", folder=folder, problems=(str(error),), notes=notes
        )
    rows = (len(dataset.train), len(dataset.validation), len(dataset.test))
    return CheckReport(
        name=name, status="complete", folder=folder, notes=notes + dataset.notes, rows=rows
    )


def _differences(name: str, folder: Path) -> tuple[str, ...]:
    """Names files that are readable but are not the published ones."""
    return tuple(
        f"{folder / remote.path} is readable but not the published file (SHA-256 differs)"
        for remote in entry(name).files
        if remote.sha256 is not None
        and (folder / remote.path).is_file()
        and file_digest(folder / remote.path) != remote.sha256
    )
