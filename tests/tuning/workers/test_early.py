"""Workers that are started before the study has its name."""

from __future__ import annotations

import pytest

from tests.service import objectives
from tests.service.support import SPACE, settings
from tuning import search
from tuning.workers.early import early_pool

pytestmark = pytest.mark.service


def test_a_search_takes_the_workers_that_were_started_before_it(tmp_path):
    asked = settings(tmp_path, study="made", trials=2)
    folder = asked.changed(study="named").directory
    folder.mkdir(parents=True)
    (folder / "workers.log").write_text("of an earlier search")
    with early_pool(asked, ()) as pool:
        found = search(objectives.parabola, SPACE, asked.changed(study="named"), pool=pool)
        assert found.states == {"complete": 2}
    names = {path.name for path in folder.iterdir()}
    assert {"workers.log", "workers.log.1"} <= names
    assert [path.name for path in folder.parent.iterdir()] == ["named"]


def test_what_was_not_used_leaves_nothing(tmp_path):
    root = tmp_path / "new" / "mlruns"
    with pytest.raises(KeyError), early_pool(settings(root), ()):
        raise KeyError("the data are missing")
    assert not list(tmp_path.iterdir())
