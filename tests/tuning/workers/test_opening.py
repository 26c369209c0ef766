"""How many workers there is room for, and what each of them gets."""

from __future__ import annotations

import pytest

from tuning import JobError
from tuning.options import OptionsError, PoolOptions
from tuning.workers import opening
from tuning.workers.opening import open_pool


@pytest.fixture
def machine(monkeypatch):
    monkeypatch.setattr(opening, "usable_cores", lambda: 8)
    monkeypatch.setattr(opening, "usable_memory", lambda: 16 * 10**9)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,2")


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ({}, 8),
        ({"memory": "3GB"}, 5),
        ({"gpus": 1}, 3),
        ({"gpus": 2}, 1),
        ({"gpus": 1, "memory": "8GB"}, 2),
        ({"workers": 12}, 12),
        ({"workers": 2, "memory": "8GB"}, 2),
    ],
)
def test_as_many_workers_as_fit(machine, tmp_path, options, size):
    pool = open_pool(PoolOptions(**options), log=tmp_path / "log")
    try:
        assert pool.size == size
    finally:
        pool.close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"memory": "20GB"}, "room for 0 workers of 20 GB each, with 16 GB. Got 1"),
        ({"memory": "8GB", "workers": 3}, "room for 2 workers of 8 GB each.*Got 3"),
        ({"gpus": 2, "workers": 2}, "room for 1 workers of 2 GPUs each, with 3 GPUs"),
    ],
)
def test_more_than_there_is_room_for_is_refused(machine, tmp_path, options, message):
    with pytest.raises(JobError, match=message):
        open_pool(PoolOptions(**options), log=tmp_path / "log")


def test_an_address_of_ray_belongs_to_its_pool():
    with pytest.raises(OptionsError, match="`ray_address` belongs to the pool `ray`"):
        PoolOptions(ray_address="auto")
