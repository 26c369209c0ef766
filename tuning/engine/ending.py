"""The end of a study, done by exactly one of the searches that share it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from optuna.storages import get_storage

from tuning.errors import JobError, StoreError
from tuning.internals.optuna import study_id
from tuning.storage import records
from tuning.storage.claim_rows import LeaseLostError
from tuning.storage.database import open_storage
from tuning.storage.finals import FinalBook, FinalClaim
from tuning.storage.leases import LEASE_SECONDS
from tuning.storage.studies import load_study

_POLL = 0.5  # seconds between looks at the end that another search holds

Result = Mapping[str, Any]


class StudyEnding:
    """The end of a study while this process holds it.

    Attributes:
        earlier: The result that the study had before, empty without one.
    """

    def __init__(self, study: str, book: FinalBook, claim: FinalClaim, earlier: Result) -> None:
        self.earlier = earlier
        self._study = study
        self._book = book
        self._claim = claim

    def record_reading(self) -> int:
        """Records that the test split is about to be read; call it before opening the split.

        Returns:
            How often the split was opened for this study, this time included.

        Raises:
            JobError: If another search took over; the split must stay closed.
        """
        with self._explained():
            return self._book.record_reading(self._claim)

    def finish(self, result: Result) -> None:
        """Writes the study's result, once everything that belongs to it is written.

        Args:
            result: Anything JSON can hold; replaces an earlier result.

        Raises:
            JobError: If another search took over; its result is the one that counts.
        """
        with self._explained():
            self._book.finish(self._claim, result)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except LeaseLostError as error:
            raise JobError(
                f"Another search took over the end of {self._study!r}, because this one did not "
                f"answer for {self._book.lease:g} s: start the same command again to read the "
                "result."
            ) from error


@contextlib.contextmanager
def claimed_ending(
    study: str,
    url: str,
    *,
    is_current: Callable[[Result], bool],
    on_wait: Callable[[], None] = lambda: None,
    lease: float = LEASE_SECONDS,
) -> Iterator[StudyEnding | None]:
    """Waits until this process may end a study, or another one has.

    Several searches on one study come here; one of them does what the end needs, the others wait
    for its result. If its process dies, one of the others takes over.

    Args:
        study: Name of the study.
        url: URL of its store.
        is_current: Whether a recorded result is about the study as it is now.
        on_wait: Called once when another search is ending the study.
        lease: Seconds without a sign of life after which another search takes over.

    Yields:
        The ending, to be finished inside; None when the recorded result is current. An ending
        that was not finished is given back.

    Raises:
        JobError: If there is no such study.
        StoreError: If the store cannot be used.
    """
    storage = open_storage(url)
    backend = get_storage(storage)
    found = load_study(study, backend, url)
    book = FinalBook(storage, study_id(found), lease=lease)
    waits = False
    while True:
        result = found.user_attrs.get(records.RESULT, {})
        if result and is_current(result):
            yield None
            return
        claim = book.claim_final()
        if claim is not None:
            break
        if not waits:
            waits = True
            on_wait()
        time.sleep(_POLL)
    earlier = found.user_attrs.get(records.RESULT, {})
    if earlier and is_current(earlier):  # written between the look and the claim
        book.release(claim)
        yield None
        return
    try:
        with _renewed(book, claim):
            yield StudyEnding(study, book, claim, earlier)
    finally:
        book.release(claim)  # does nothing after `finish`


@contextlib.contextmanager
def _renewed(book: FinalBook, claim: FinalClaim) -> Iterator[None]:
    """Renews the lease while the body runs, which may train for hours."""
    over = threading.Event()

    def renew() -> None:
        holds = True
        while holds and not over.wait(book.lease / 4):
            # The store may be back before anybody else takes the end over; if it stays away,
            # `record_reading` or `finish` says so.
            with contextlib.suppress(StoreError):
                holds = book.renew(claim)

    thread = threading.Thread(target=renew, daemon=True, name="tuning-ending")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=1.0)
