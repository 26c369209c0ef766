"""A study belongs to one job: the rules of `create_study` about facts."""

from __future__ import annotations

import re

import pytest
from optuna.storages import get_storage

from tests.tuning.empty_store import put_empty_store
from tuning import Float, JobError, SearchSettings, Space, open_study, search
from tuning.storage.database import open_storage
from tuning.storage.fingerprint import differences, plain_facts, sentence
from tuning.storage.records import FACTS, SPACE, annotate_study
from tuning.storage.studies import check_study, create_study

SPACE_X = Space({"x": Float(0.0, 1.0)})
LOSS = (("loss", "minimize"),)
KNOWN = {"objective": "recipe a", "data": "0123456789abcdef" * 4, "set": {"rate": 0.1}, "seed": 0}


@pytest.fixture
def url(tmp_path):
    return put_empty_store(tmp_path)


def opened(url, facts=None, *, space=SPACE_X, metrics=LOSS):
    backend = get_storage(open_storage(url))
    return create_study("s", backend, space=space, metrics=metrics, settings={}, url=url,
                        facts=facts)  # fmt: skip


def test_1_a_study_keeps_the_facts_it_was_made_with(url):
    opened(url, KNOWN | {"widths": (64, 32)})
    kept = open_study("s", url).user_attrs[FACTS]
    assert kept == KNOWN | {"widths": [64, 32]}
    opened(url, KNOWN | {"widths": [64, 32]})  # a list is the tuple of another process


OTHER = [
    ({"objective": "recipe b"}, "'s' has objective 'recipe a', got 'recipe b'. "),
    ({"data": "f" * 64}, "'s' has data 0123456789ab, got ffffffffffff. "),
    ({"set": {"rate": 0.2}}, "'s' has set.rate 0.1, got 0.2. "),
    ({"set": {}}, "'s' has set.rate 0.1, got nothing. "),
    ({"set": {"rate": 0.1, "l2": 0.0}}, "'s' has set.l2 nothing, got 0.0. "),
    ({"seed": None}, "'s' has seed 0, got nothing. "),
    (
        {"objective": "b", "set": {"rate": 1.0, "l2": 0.0}, "seed": 1},
        "has objective 'recipe a', got 'b'; set.rate 0.1, got 1.0; set.l2 nothing, got 0.0; "
        "and 1 more. ",
    ),
]


@pytest.mark.parametrize(("changes", "message"), OTHER)
def test_2_other_facts_are_refused_with_both_values_and_the_way_out(url, changes, message):
    before = opened(url, KNOWN).user_attrs
    way_out = "Take another name (`study`), go back to the old values, or delete the old study."
    with pytest.raises(JobError, match=re.escape(f"{message}{way_out}")) as caught:
        opened(url, KNOWN | changes)
    assert str(caught.value).startswith("A study belongs to one job. ")
    assert "\n" not in str(caught.value)
    assert open_study("s", url).user_attrs == before
    settings = SearchSettings(study="s", storage=url, trials=1, metrics=LOSS, facts=KNOWN | changes)
    with pytest.raises(JobError, match=re.escape(message)):
        check_study(settings, SPACE_X)


def test_2_space_and_metrics_are_refused_with_the_same_way_out(url):
    opened(url, KNOWN)
    with pytest.raises(JobError, match=r"one space\. 's' has another one in x\. .*Take another"):
        opened(url, KNOWN, space=Space({"x": Float(0.0, 0.5)}))
    with pytest.raises(JobError, match=r"one set of metrics\. 's' has .*, got .*Take another"):
        opened(url, KNOWN, metrics=(("loss", "maximize"),))


def test_3_a_study_of_an_earlier_version_takes_the_facts_of_the_search(url):
    opened(url)
    assert open_study("s", url).user_attrs[FACTS] == {}
    opened(url, {"seed": 0})
    opened(url, KNOWN)  # a later version knows more
    assert open_study("s", url).user_attrs[FACTS] == KNOWN
    opened(url, {"seed": 0})  # an earlier one less
    assert open_study("s", url).user_attrs[FACTS] == KNOWN
    with pytest.raises(JobError, match="seed 0, got 1"):
        opened(url, {"seed": 1})


def test_a_study_that_does_not_exist_is_not_made_by_a_check(url):
    check_study(SearchSettings(study="s", storage=url, trials=1, metrics=LOSS), SPACE_X)
    with pytest.raises(JobError, match="No study named 's'"):
        open_study("s", url)


def parabola(params, context):
    return {"loss": (params["x"] - 0.3) ** 2}


@pytest.mark.service
def test_4_everything_else_may_differ_at_each_search(tmp_path):
    def run(**changes):
        keys = {"study": "s", "root": tmp_path, "trials": 2, "workers": 1, "pruner": "none"}
        keys |= {"metrics": LOSS, "strategy": "random", "budget": 3, **changes}
        return search(parabola, SPACE_X, SearchSettings(**keys))

    run()
    others = {"workers": 2, "timeout": 60.0, "threads": 2, "patience": 9, "retries": 0}
    assert run(trials=4, strategy="tpe", **others).n_trials == 4
    limits = [("loss", "<=", 1.0)]
    for changes, message in [
        ({"seed": 1}, "seed 0, got 1"),
        ({"budget": 5}, "budget 3, got 5"),
        ({"constraints": limits}, re.escape("constraints nothing, got [['loss', '<=', 1.0]]")),
    ]:
        with pytest.raises(JobError, match=message):
            run(trials=5, **changes)
    warm = run(study="t", seed=1, warm_start={"study": "s", "best": 1})
    assert warm.records[0].params == run(trials=4).best_params


def test_facts_belong_to_the_search_alone(url):
    with pytest.raises(ValueError, match="'facts' of a study is written by the search alone"):
        annotate_study(opened(url), FACTS, {})
    assert SPACE in opened(url).user_attrs


def test_limits_that_are_equal_are_called_equal():
    stored = {"constraints": ["parameters <= 62458.0"], "hyperparameters": {"rate": 1.0}}
    same = {"constraints": ["parameters <= 62458"], "hyperparameters": {"rate": 1}}
    assert differences(stored, same) == []
    other = {"constraints": ["parameters <= 62459"]}
    assert len(differences(stored, other)) == 1
    assert len(differences({"constraints": ["size <= 1.05"]}, {"constraints": ["size <= 15"]})) == 1


def test_long_values_are_cut_in_messages():
    (found,) = differences(plain_facts({"a": "x"}), plain_facts({"a": list(range(100))}))
    assert found.startswith("a 'x', got [0, 1, 2")
    assert found.endswith("...")
    assert len(found) < 80
    assert sentence([found]) == found
