"""Jobs: every fault names its line, and nothing heavy is imported to find it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pipelines.jobs.plan import plan_job
from pipelines.jobs.request import make_job
from pipelines.jobs.schema import Job, job_schema, load_job
from tuning import JobError
from tuning.stages import staged

GOOD = """\
recipe: digits-cnn
trials: 12
strategy: tpe
trial_timeout: 5min
memory_limit: 2GB
space:
  units: {int: [16, 64], step: 16}
set:
  rate: 0.01
constraints:
  - {metric: parameters, at_most: 62458}
warm_start:
  points:
    - {units: 32}
register: {name: digits, alias: champion}
"""


def write(tmp_path, text):
    path = tmp_path / "digits.yaml"
    path.write_text(text)
    return path


def test_a_job_becomes_settings_and_a_space(tmp_path):
    job = load_job(write(tmp_path, GOOD + "recycle_growth: 300MB\n"))
    assert job.space == {"units": {"int": [16, 64], "step": 16}}
    assert job.params == {"rate": 0.01}
    settings = job.settings(study="digits-cnn", metrics=(("val_accuracy", "maximize"),), budget=15)
    assert settings.study == "digits"
    assert settings.trial_timeout == 300
    assert settings.memory_limit == 2 * 10**9
    assert settings.recycle_growth == 300 * 10**6
    assert settings.budget == 15
    assert settings.constraints == (("parameters", "<=", 62458.0),)
    assert settings.warm_start.points == ({"units": 32},)
    assert job.register_as.alias == "champion"


def test_time_alone_may_end_a_search_but_not_divide_it_into_stages():
    job = make_job("digits-mlp", {"timeout": "1h"})
    settings = plan_job(job).settings
    assert (settings.trials, settings.timeout, settings.ends_by_time) == (None, 3600.0, True)
    with pytest.raises(JobError, match=r"`stages: auto` divides a number of trials.*no `trials`"):
        make_job("digits-mlp", {"timeout": "1h", "stages": "auto"})


def test_trials_beside_a_list_of_stages_are_refused_unless_they_are_its_sum():
    stages = [{"name": "explore", "trials": 6}, {"name": "confirm", "confirm": 2, "repeats": 3}]
    job = Job(recipe="digits-mlp", stages=stages)
    with pytest.raises(JobError, match=r"Got trials=40 and stages of 12 in all.*`stages: auto`"):
        make_job(job, {"trials": 40})
    assert (
        make_job(job, {"trials": 12}).settings(study="s", metrics=[("loss", "minimize")]).total
        == 12
    )


def test_overrides_replace_keys(tmp_path):
    job = load_job(write(tmp_path, GOOD), overrides={"trials": 3, "seed": 0})
    assert (job.trials, job.seed) == (3, 0)


# what is added or replaced in the good job, and the message after the file's name
FAULTS = [
    ("trails: 3", "16: unknown key 'trails'. Did you mean 'trials'?"),
    ("strategy: tp", "3: no strategy named 'tp'. Did you mean 'tpe'?"),
    ("pruner: halvin", "16: no pruner named 'halvin'. Did you mean 'halving'?"),
    ("trials: 0", "2: `trials >= 1` must hold. Got 0."),
    ("trials: many", "2: `trials` must be a whole number. Got 'many'."),
    ("trial_timeout: 5 parsecs", "4: a duration is written like 90s, 10min or 2h."),
    ("memory_limit: 2 Gigs", "5: an amount of memory is written like 512MB or 2GB."),
    ("strategy_options: {startups: 1}", "1: no option of the strategy 'tpe' named 'startups'"),
    ("function: a.b:c", "1: a job needs either `recipe` or `function`."),
    ("metric: loss", "1: `metric` and `direction` go together."),
    ("epochs: 3\nbudget: 4", "1: `epochs` and `budget` mean the same"),
    ("stages: auto\npatience: 2\ntrials: 5", "1: A staged search needs at least 12 trials"),
    ("stages:\n  - {name: a, trails: 3}", "17: unknown key 'trails'. Did you mean 'trials'?"),
    ("metrics: 3", "16: `objective` must be a list. Got 3."),
    ("folds: 1", "16: `folds >= 2` must hold. Got 1."),
]


@pytest.mark.parametrize(("line", "message"), FAULTS, ids=[line for line, _ in FAULTS])
def test_every_fault_names_its_line(tmp_path, line, message):
    lines = GOOD.splitlines()
    for added in line.split("\n"):
        key = added.partition(":")[0]
        places = [i for i, old in enumerate(lines) if old.startswith(f"{key}:")]
        if places:
            lines[places[0]] = added
        else:
            lines.append(added)
    path = write(tmp_path, "\n".join(lines))
    with pytest.raises(JobError) as caught:
        load_job(path)
    assert f"{path}:{message}".lower() in str(caught.value).lower()


def test_nested_faults_name_their_own_line(tmp_path):
    text = GOOD.replace("{int: [16, 64], step: 16}", "{int: [16, 64], stp: 16}")
    text = text.replace("  points:", "  pints:")
    with pytest.raises(JobError) as caught:
        load_job(write(tmp_path, text))
    first, second = str(caught.value).splitlines()
    assert ":7: " in first
    assert "Did you mean 'step'?" in first
    assert second.endswith(":13: unknown key 'pints'. Did you mean 'points'?")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", ":1: this is not YAML"),
        ("- a\n- b", ":1: a job is a mapping"),
        ("recipe: a\ntrials: 1\nrecipe: b", ":3: the key 'recipe' is here a second time"),
    ],
)
def test_broken_yaml(tmp_path, text, message):
    with pytest.raises(JobError, match=message):
        load_job(write(tmp_path, text))


def test_a_missing_file(tmp_path):
    with pytest.raises(JobError, match="cannot be read: No such file"):
        load_job(tmp_path / "none.yaml")


def test_functions_bring_their_space(tmp_path):
    text = "function: a.b:c\ntrials: 2\nmetric: loss\ndirection: minimize\n"
    with pytest.raises(JobError, match="a job with `function` needs its `space`"):
        load_job(write(tmp_path, text))
    job = load_job(write(tmp_path, text + "space: {x: {float: [0, 1]}}\n"))
    assert job.settings(study="s").metrics == (("loss", "minimize"),)


def test_stages():
    job = Job(recipe="r", trials=30, stages="auto")
    assert job.settings(study="s", metrics=(("loss", "minimize"),)).stages == staged(30)


def test_the_schema_knows_every_key():
    schema = json.loads(json.dumps(job_schema()))
    assert set(schema["properties"]) == {
        field.alias or name for name, field in Job.model_fields.items()
    }
    assert schema["additionalProperties"] is False


def test_a_plan_needs_no_store_before_the_workers_imports_begin():
    program = (
        "import sys, pipelines.jobs.plan, pipelines.jobs.run; "
        "print(sorted({'optuna', 'sqlalchemy', 'pandas', 'keras', 'mlflow'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_checking_a_job_imports_nothing_heavy(tmp_path):
    program = (
        "import sys; from pipelines.jobs.schema import load_job; "
        "load_job(sys.argv[1]).settings("
        "study='s', metrics=(('a', 'minimize'),)); "
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'optuna', 'keras', 'tensorflow', 'sqlalchemy', 'pandas', 'numpy', 'keras_tuner'}))"
    )
    path = write(tmp_path, GOOD)
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
