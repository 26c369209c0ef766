"""Folders beside those that hold the data, of which a person should hear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from pipelines.datasets.formats.archives import is_hidden, list_files
from pipelines.datasets.splits.given_splits import common_root, split_folder


def folders_without_files(
    source: Path, names: Sequence[str], wanted: Callable[[str], bool]
) -> tuple[str, ...]:
    """Names the folders that stand where classes do and hold nothing of their kind.

    Args:
        source: A folder of class folders, or an archive, of which nothing is said.
        names: The wanted files below it, with forward slashes.
        wanted: Whether a name is one of them.

    Returns:
        One note, or none.
    """
    bare = bare_folders(source, names, wanted) if names else ""
    return (f"folders that hold none, hence no classes: {bare}",) if bare else ()


def bare_folders(source: Path, names: Sequence[str], wanted: Callable[[str], bool]) -> str:
    """The same folders with what they hold, for a sentence: `"raw (3 .psd), scans (empty)"`."""
    if not source.is_dir():
        return ""
    folders = [tuple(name.split("/")[:-1]) for name in names]
    root = source.joinpath(*folders[0][: common_root(folders)]) if folders else source
    splits = [root / part for part in _folders(root) if split_folder((part,))]
    found = {
        folder.relative_to(source).as_posix(): _content(folder)
        for place in splits or [root]
        for folder in (place / part for part in _folders(place))
        if not any(wanted(f"{folder.name}/{inner}") for inner in _files(folder))
    }
    return ", ".join(f"{name} ({content})" for name, content in sorted(found.items()))


def _folders(place: Path) -> list[str]:
    inner = (item.name for item in place.iterdir() if item.is_dir())
    return sorted(name for name in inner if not is_hidden(name))


def _files(folder: Path) -> list[str]:
    return [item.relative_to(folder).as_posix() for item in list_files(folder)]


def _content(folder: Path) -> str:
    kinds = Counter(Path(name).suffix.lower() or "no ending" for name in _files(folder))
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "empty"
