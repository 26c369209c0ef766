"""A study whose trials all failed is no result, also when it is opened again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuning import JobError
from tuning.storage.records import FAILED, FINISHED

if TYPE_CHECKING:
    from tuning.storage.records import TrialRecord


def check_failures(records: Sequence[TrialRecord]) -> None:
    """Says again what the search said that ended so.

    Args:
        records: Every trial of a study.

    Raises:
        JobError: If every finished trial failed in the same way, numbers aside.
    """
    finished = [record for record in records if record.state in FINISHED]
    reasons = [str(record.reason) for record in finished if record.state == FAILED]
    if not reasons or len(reasons) < len(finished):
        return
    if len({re.sub(r"\d+", "#", reason) for reason in reasons}) > 1:
        return
    raise JobError(
        f"Every one of {len(reasons)} trials failed in the same way: {reasons[-1]}\n"
        "The study is kept as it is: fix the job and give it another `study`, or delete it."
    )
