"""Who gets the next free slot."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tuning.service.allocation import within_free
from tuning.service.fair_share import Share, next_job


def simulate(shares, slots):
    """Fills slots one after the other; returns how many each job got."""
    given_to = dict.fromkeys((share.name for share in shares), 0)
    for _ in range(slots):
        current = [
            Share(
                name=share.name,
                priority=share.priority,
                weight=share.weight,
                cap=share.cap,
                running=given_to[share.name],
                waiting=share.waiting - given_to[share.name],
            )
            for share in shares
        ]
        name = next_job(current)
        if name is None:
            break
        given_to[name] += 1
    return given_to


def test_equal_jobs_share_equally():
    assert simulate([Share(name=n, waiting=100) for n in "abc"], 9) == {"a": 3, "b": 3, "c": 3}


def test_weights_are_shares():
    found = simulate(
        [Share(name="a", weight=3.0, waiting=99), Share(name="b", waiting=99)], slots=8
    )
    assert found == {"a": 6, "b": 2}


def test_higher_priority_first_up_to_its_cap():
    shares = [
        Share(name="urgent", priority=5, cap=2, waiting=50),
        Share(name="other", waiting=50),
    ]
    assert simulate(shares, 6) == {"urgent": 2, "other": 4}


def test_the_older_of_equal_jobs_first():
    shares = [Share(name="new", submitted=2.0), Share(name="old", submitted=1.0)]
    assert next_job(shares) == "old"


@given(
    st.lists(
        st.builds(
            Share,
            name=st.uuids().map(str),
            priority=st.integers(-2, 2),
            weight=st.floats(0.1, 10),
            waiting=st.integers(0, 5),
            cap=st.none() | st.integers(1, 4),
        ),
        max_size=6,
        unique_by=lambda share: share.name,
    ),
    st.integers(0, 20),
)
def test_no_slot_is_idle_while_a_job_could_use_it(shares, slots):
    found = simulate(shares, slots)
    could = sum(min(s.waiting, s.cap if s.cap is not None else s.waiting) for s in shares)
    assert sum(found.values()) == min(slots, could)
    for share in shares:
        assert found[share.name] <= (share.cap or slots)


def test_of_jobs_with_equally_much_the_one_that_waits_longest_is_next():
    shares = [Share(name="old", turn=4, submitted=1.0), Share(name="new", turn=3, submitted=2.0)]
    assert next_job(shares) == "new"
    assert next_job([*shares, Share(name="never", submitted=3.0)]) == "never"


def test_a_job_grows_into_free_slots_only():
    assert within_free({"a": 1, "b": 2}, {"a": 3}, 3) == {"a": 1, "b": 0}
    assert within_free({"a": 1, "b": 2}, {"a": 1}, 3) == {"a": 1, "b": 2}
    assert within_free({"first": 2, "then": 2}, {}, 3) == {"first": 2, "then": 1}
