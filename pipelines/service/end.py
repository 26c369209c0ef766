"""`python -m pipelines.service.end JOB ROOT`: ends one job; it lives no longer than its worker."""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.service.serve import NO_TRACKING, Service, end_job
from tuning.service.client import Client
from tuning.service.endings import end_with_worker


def main(name: str, root: str, *options: str) -> None:
    """Ends a job.

    Args:
        name: The job.
        root: Folder of files and of the embedded stores.
        options: `--no-tracking`, or nothing.
    """
    end_with_worker()
    client = Client(root=root)
    end_job(name, client, Service(client.url, Path(root), tracks=NO_TRACKING not in options))


if __name__ == "__main__":
    main(*sys.argv[1:])
