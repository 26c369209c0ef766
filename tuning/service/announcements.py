"""What a worker's webhook is told, and when."""

from __future__ import annotations

from tuning.results.result import Progress
from tuning.service.client import Client
from tuning.service.job_record import DONE, FAILED
from tuning.service.webhook import BEST, END, FAILURE, Webhook


class Announcements:
    """Tells a webhook of the jobs of a store; without a webhook nothing happens.

    Args:
        client: The store.
        webhook: Who is told, or None.
    """

    def __init__(self, client: Client, webhook: Webhook | None) -> None:
        self._client = client
        self._webhook = webhook
        self._best: dict[str, int | None] = {}

    @property
    def wanted(self) -> bool:
        """Whether there is a webhook."""
        return self._webhook is not None

    def progress(self, name: str, progress: Progress | None) -> None:
        """Looks for a new best trial; the one that was there before this worker is not new."""
        if self._webhook is None or progress is None:
            return
        best = progress.best_trial
        if best != self._best.setdefault(name, best) and best is not None:
            self._best[name] = best
            content = {
                "trial": best,
                "best_value": progress.best_value,
                "best_params": dict(progress.best_params or {}),
                "finished": progress.finished,
            }
            self._webhook.send(BEST, name, content, key=str(best))

    def over(self, name: str) -> None:
        """Looks whether a job is over, and how; asks the store."""
        if self._webhook is None:
            return
        found = self._client.result(name)
        event = {DONE: END, FAILED: FAILURE}.get(found["state"])
        if event is not None:
            ended = self._client.queue.job(name).ended  # a job may be resumed and end again
            self._webhook.send(event, name, found, key=str(ended))

    def close(self) -> None:
        """Ends the sending, after an attempt at what is left."""
        if self._webhook is not None:
            self._webhook.close()
