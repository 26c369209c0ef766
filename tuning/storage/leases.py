"""Leases: how long a claim holds, by one clock that all who share the store agree on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuning.storage.owner import Owner, boot_id

LEASE_SECONDS = 60.0
FREE: Mapping[str, None] = {"token": None, "owner": None, "expires": None}


def machine_clock() -> float:
    """Seconds since the machine's start, which nobody can set; the wall clock where there is none.

    It goes on while the machine sleeps, as the leases of another machine would.
    """
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.time() if clock is None else time.clock_gettime(clock)


def now(session: Session) -> float:
    """The clock of leases: the database server's, or the one machine's of an embedded store."""
    return wall_time(session) if _is_server(session) else machine_clock()


def wall_time(session: Session) -> float:
    """Seconds since 1970 by the store's clock, to be shown to people."""
    if not _is_server(session):
        return time.time()
    query = sa.text("select extract(epoch from clock_timestamp())")
    return float(session.execute(query).scalar_one())


def clocks(session: Session) -> tuple[datetime, float]:
    """What `local_time` and `now` say, by one question to the store."""
    wall = wall_time(session)
    return datetime.fromtimestamp(wall), wall if _is_server(session) else machine_clock()


def local_time(session: Session) -> datetime:
    """The store's clock, in the zone of this process and without one, as Optuna takes times.

    Trials of machines whose clocks differ, or are set, follow each other by it.
    """
    return datetime.fromtimestamp(wall_time(session))


def is_abandoned(session: Session, row: Any, *, own: Owner, current: float) -> bool:
    """Whether a claim may be taken back from its holder.

    Args:
        session: An open transaction.
        row: The claim's row, with `owner` and `expires`.
        own: Who asks; what is one's own is never abandoned.
        current: What `now` says.
    """
    if row["owner"] == str(own):
        return False
    owner = Owner.parse(row["owner"])
    if owner is not None and owner.is_gone():
        return True
    if not _is_server(session) and (owner is None or owner.boot != boot_id()):
        return True  # an embedded store is of one machine, which was started anew since
    return float(row["expires"]) <= current


def _is_server(session: Session) -> bool:
    return session.get_bind().dialect.name != "sqlite"
