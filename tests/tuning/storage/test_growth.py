"""Workers that take a wider space over in the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from optuna.storages import get_storage

from tuning import Float, Space, open_study
from tuning.storage.database import open_storage
from tuning.storage.growth import take_space
from tuning.storage.records import GROWTH, SPACE
from tuning.storage.studies import create_study


def test_one_of_them_notes_the_growth(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'studies.db'}"
    narrow, wide = (Space({"x": Float(-edge, edge)}) for edge in (1.0, 3.0))
    backend = get_storage(open_storage(url))
    create_study("s", backend, space=narrow, metrics=[("loss", "minimize")], settings={}, url=url)

    def grow(_: int) -> None:
        take_space(open_study("s", url), wide)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(grow, range(8)))
    study = open_study("s", url)
    (entry,) = study.user_attrs[GROWTH]
    assert entry["before"] == narrow.to_dict()
    assert study.user_attrs[SPACE] == wide.to_dict()
