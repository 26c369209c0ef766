"""Finds which of its layouts a dataset lies in."""

from __future__ import annotations

from pathlib import Path

from pipelines.datasets.catalog import CATALOG
from pipelines.datasets.errors import DataError


def match_layout(folder: Path, layout: tuple[str, ...]) -> list[Path] | None:
    """Returns the first match of each pattern, or `None` if one has none.

    Args:
        folder: The dataset's folder.
        layout: File patterns relative to it.
    """
    found = [next(iter(sorted(folder.glob(pattern))), None) for pattern in layout]
    return None if None in found else [path for path in found if path is not None]


def form_of(name: str, folder: Path) -> str:
    """The file or folder that a dataset is read from, of all the forms it comes in.

    Args:
        name: Name of the dataset.
        folder: Its folder.

    Returns:
        A name within the folder, for example `"cifar-10-batches-bin"`.

    Raises:
        DataError: As in `locate`.
    """
    _, found = locate(name, folder)
    return found[0].relative_to(folder).parts[0]


def locate(name: str, folder: Path) -> tuple[int, list[Path]]:
    """Finds the layout that is present.

    Args:
        name: Name of the dataset.
        folder: Its folder.

    Returns:
        The number of the layout in the registry's row, and one path for each pattern.

    Raises:
        DataError: If no layout is complete; it names the folder, what is expected there
            and the command that fetches it.
    """
    layouts = CATALOG[name].layouts
    for number, layout in enumerate(layouts):
        if (paths := match_layout(folder, layout)) is not None:
            return number, paths
    expected = " or ".join(" with ".join(layout) for layout in layouts)
    state = "is missing" if not folder.is_dir() else "holds none of the expected files"
    raise DataError(
        f"{name!r} is not there: the folder {state}. Expected: {expected}. "
        f"Run `cookbook data get {name}`, or put the files there yourself.",
        path=folder,
    )
