"""What the registry knows of a dataset before anything is imported or read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cookbook._lazy import load_object

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset, Modality, Task


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file with a public address.

    Attributes:
        path: Where it goes, relative to the dataset's folder, with forward slashes.
        address: Where it comes from.
        sha256: 64 hexadecimal digits, or `None` where the publisher changes the file.
    """

    path: str
    address: str
    sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class DatasetEntry:
    """One row of the registry.

    Attributes:
        name: Name in commands and recipes.
        loader: `"module:function"`.
        modality: What one input is.
        task: What is predicted.
        summary: One line for the listing.
        source: Who publishes it.
        licence: What the publisher states; `"none stated"` means exactly that.
        megabytes: Approximate size of the download; 0 for what is bundled.
        folder: Folder under the data folder; `None` when nothing is read from there.
        layouts: Alternatives, each a tuple of file patterns relative to `folder`: a layout
            is complete when each of its patterns matches.
        files: What `cookbook data get` fetches; empty when there is nothing to fetch.
    """

    name: str
    loader: str
    modality: Modality
    task: Task
    summary: str
    source: str
    licence: str
    megabytes: float = 0.0
    folder: str | None = None
    layouts: tuple[tuple[str, ...], ...] = ()
    files: tuple[RemoteFile, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether the user brings the data."""
        return self.source == "yours"

    def function(self) -> Callable[..., Dataset]:
        """Imports the loader."""
        loader: Callable[..., Dataset] = load_object(self.loader)
        return loader
