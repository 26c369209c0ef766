"""What a store is called where several of them leave files in one folder."""

from __future__ import annotations

import contextlib
import uuid

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tuning.storage.database import StudyStorage

METADATA = sa.MetaData()
STORE = sa.Table(
    "tuning_store",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),  # one row, whose id is 1
    sa.Column("token", sa.String(64), nullable=False),
)


class _NamedMeanwhileError(Exception):
    """Another process gave the store its token."""


def store_id(storage: StudyStorage) -> str:
    """A random text that is kept in the store, so that all who use it find the same.

    An address would not do: a store has one by each way to it. A copy of a store has its token.

    Args:
        storage: The store.

    Raises:
        StoreError: If the store cannot be used.
    """
    storage.make_tables(METADATA)
    known = _token(storage)
    if known is None:
        with contextlib.suppress(_NamedMeanwhileError):
            storage.transaction(_name)
        known = _token(storage)
    return str(known)


def _token(storage: StudyStorage) -> str | None:
    query = sa.select(STORE.c.token)
    return storage.transaction(lambda session: session.execute(query).scalar(), reads=True)


def _name(session: Session) -> None:
    try:
        session.execute(sa.insert(STORE).values(id=1, token=uuid.uuid4().hex))
    except IntegrityError as error:
        raise _NamedMeanwhileError from error
