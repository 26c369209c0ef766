"""Workers whose imports begin while other things are still being found out."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from tuning.options import RAY
from tuning.settings import SearchSettings
from tuning.workers.opening import open_pool

if TYPE_CHECKING:
    from tuning.workers.local import LocalPool


@contextlib.contextmanager
def early_pool(settings: SearchSettings, preload: Sequence[str]) -> Iterator[LocalPool | None]:
    """A pool for a study that has no name yet; it is ended with the block.

    The imports of the workers' server take longest when a search begins, longer than the data
    take to be read: `LocalPool.prepare` lets them begin. What it prints until the study has its
    folder stands in a file that `LocalPool.move_log` moves there; a pool that was not used leaves
    nothing behind.

    Args:
        settings: The settings of the search; its study may change.
        preload: Modules that are imported once for all workers.

    Yields:
        The pool; None for one on Ray, and where the folder cannot be written.
    """
    if settings.pool == RAY:
        yield None
        return
    folder = settings.root.resolve() / "studies"
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    log = folder / f".{uuid.uuid4().hex}.log"
    pool = None
    with contextlib.suppress(OSError):  # the search says what is wrong with its folder
        pool = cast("LocalPool", open_pool(settings, log=log, preload=preload))
    if pool is None:
        yield None
        return
    try:
        yield pool
    finally:
        pool.close()
        log.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # somebody wrote something there
            for path in made:
                path.rmdir()
