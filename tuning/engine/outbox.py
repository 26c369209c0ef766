"""Results that the store could not take yet, kept on disk until it is back."""

from __future__ import annotations

import contextlib
import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tuning.files import whole_file
from tuning.storage.claim_rows import Claim
from tuning.workers.pool import Outcome

_logger = logging.getLogger(__name__)


class Outbox:
    """One file for each trial that ended while the store was away.

    Args:
        directory: Folder of the files, made when there is one.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def keep(self, claim: Claim, outcome: Outcome) -> None:
        """Writes a result; that the disk is full as well is only noted."""
        path = self._path(claim)
        text = json.dumps({"claim": asdict(claim), "outcome": asdict(outcome)})
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as partial:
                partial.write_text(text, encoding="utf-8")
        except OSError as error:
            _logger.warning("The result of trial %d cannot be kept: %s", claim.number, error)

    def remove(self, claim: Claim) -> None:
        """Deletes a result that the store has, or that it will never take."""
        with contextlib.suppress(OSError):
            self._path(claim).unlink(missing_ok=True)

    def pending(self) -> list[tuple[Claim, Outcome]]:
        """The results of an earlier search; a file that cannot be read is passed over."""
        found = []
        for path in sorted(self.directory.glob("*.json")):
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
                found.append((Claim(**plain["claim"]), Outcome(**plain["outcome"])))
        return found

    def _path(self, claim: Claim) -> Path:
        return self.directory / f"{claim.number:05d}-{claim.token[:8]}.json"
