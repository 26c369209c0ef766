"""Where results come from: the commit of the code and the fingerprint of the data."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What a result was made from; kept with the study, so that MLflow can be rebuilt from it.

    Attributes:
        git_commit: Commit of the code, with `-dirty` behind it when files were changed; or None.
        dataset: Name of the data, or None.
        fingerprint: Hash of the data, or None.
        experiment: MLflow experiment of the runs; None for the name of the study.
        program: What the user ran; MLflow shows it as the source of the runs.
        tags: Further tags of the parent run and its children, for example the recipe.
    """

    git_commit: str | None = None
    dataset: str | None = None
    fingerprint: str | None = None
    experiment: str | None = None
    program: str = "tuning.search"
    tags: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Writes it as JSON can hold it."""
        return {**vars(self), "tags": dict(self.tags)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Provenance:
        """Reads what `to_dict` wrote; keys of a later version are left out."""
        known = {key: plain[key] for key in cls.__dataclass_fields__ if key in plain}
        return cls(**known)

    def run_tags(self) -> dict[str, str]:
        """Tags of a run.

        Example:
            >>> Provenance(git_commit="1a2b-dirty", dataset="digits").run_tags()
            {'mlflow.source.git.commit': '1a2b', 'git.dirty': 'true', 'dataset': 'digits'}
        """
        tags = dict(self.tags)
        if self.git_commit:
            commit, dirty, _ = self.git_commit.partition("-dirty")
            tags["mlflow.source.git.commit"] = commit
            tags["git.dirty"] = "true" if dirty else "false"
        if self.dataset:
            tags["dataset"] = self.dataset
        if self.fingerprint:
            tags["dataset.fingerprint"] = self.fingerprint
        return tags


def git_commit(directory: str | Path | None = None) -> str | None:
    """Names the commit that is checked out.

    Args:
        directory: A folder of the repository, or None for the one of this package.

    Returns:
        The full hash, followed by `-dirty` when tracked files were changed; None without git or
        outside a repository.
    """
    folder = Path(directory) if directory is not None else Path(__file__).parent
    if directory is None and not _git(folder, "ls-files", Path(__file__).name):
        return None  # installed in an environment that lies in somebody else's repository
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return None
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}-dirty" if changed else commit


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
