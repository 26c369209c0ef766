"""Tables of the queue, in the same database as the studies."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuning.storage.database import StudyStorage

METADATA = sa.MetaData()
JOBS = sa.Table(
    "cookbook_jobs",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False, unique=True),  # of the job and of its study
    sa.Column("text", sa.Text, nullable=False),  # the YAML as it was submitted
    sa.Column("changes", sa.Text, nullable=False, default="{}"),  # JSON; win over the text
    sa.Column("trials", sa.Integer),  # asked for; None when a grid decides
    sa.Column("timeout", sa.Float),  # seconds; None for any, and in jobs of earlier versions
    sa.Column("submitter", sa.String(200), nullable=False),
    sa.Column("submitted", sa.Float, nullable=False),
    sa.Column("started", sa.Float),
    sa.Column("ended", sa.Float),
    sa.Column("priority", sa.Integer, nullable=False, default=0),
    sa.Column("weight", sa.Float, nullable=False, default=1.0),
    sa.Column("cap", sa.Integer),  # most concurrent trials, on all workers together
    sa.Column("labels", sa.Text, nullable=False, default="[]"),  # JSON list
    sa.Column("gpus", sa.Integer),  # of each trial
    sa.Column("memory", sa.BigInteger),  # bytes of each trial
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("version", sa.String(50)),  # of the newest program that wrote text or changes
)
LOG = sa.Table(
    "cookbook_job_log",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("job_id", sa.Integer, nullable=False, index=True),
    sa.Column("time", sa.Float, nullable=False),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)


def add_columns(storage: StudyStorage) -> None:
    """Adds the columns that the queue of an earlier version lacks; its jobs have no value there.

    Args:
        storage: The store, whose tables exist.
    """

    def missing(session: Session) -> list[sa.Column[Any]]:
        found = sa.inspect(session.connection()).get_columns(JOBS.name)
        known = {column["name"] for column in found}
        return [column for column in JOBS.columns if column.name not in known]

    def add(session: Session) -> None:
        for column in missing(session):
            kind = column.type.compile(session.connection().dialect)
            session.execute(sa.text(f"ALTER TABLE {JOBS.name} ADD COLUMN {column.name} {kind}"))

    if storage.transaction(missing, reads=True):
        storage.transaction(add, also=("already exists", "duplicate column"))
