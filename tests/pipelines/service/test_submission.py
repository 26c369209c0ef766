"""What may be submitted to the service."""

from __future__ import annotations

import inspect
import json
import sys

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.cli.service import queue
from pipelines.datasets.catalog import OWN_DATA
from pipelines.datasets.own_files import FILE_OPTIONS
from pipelines.jobs.schema import Job
from pipelines.service.serve import Service
from pipelines.service.submission import change, read_submission, submit
from tests.pipelines.jobs.test_fuzzed_jobs import JOB, LINES, NASTY, read
from tuning import Client, JobError

GOOD = "recipe: digits-mlp\nstudy: small\ntrials: 4\n"
SPACIOUS = """\
function: tests.service.objectives:parabola
study: small
trials: 4
objective: [loss, minimize]
space: {x: {float: [0, 1]}, kind: [a, b]}
"""


@pytest.fixture
def client(tmp_path):
    return Client(root=tmp_path / "mlruns")


def write(tmp_path, text, name="job.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_job_is_queued_under_its_study_with_its_text(tmp_path, client):
    job = submit(write(tmp_path, GOOD), client, priority=2)
    assert (job.name, job.state, job.priority, job.trials) == ("small", "queued", 2, 4)
    assert job.text == GOOD


@pytest.mark.parametrize(
    ("ends", "trials", "timeout"),
    [
        ("stages: [{name: a, trials: 5}, {name: b, confirm: 3, repeats: 2}]", 11, None),
        ("trials: 24\nstages: auto", 24, None),
        ("timeout: 2min", None, 120.0),
    ],
)
def test_the_queue_knows_trials_and_time(tmp_path, client, ends, trials, timeout):
    job = submit(write(tmp_path, GOOD.replace("trials: 4", ends)), client)
    assert (job.trials, job.timeout) == (trials, timeout)


STAGES = GOOD.replace("trials: 4", "stages: [{name: a, trials: 5}, {name: b, confirm: 3}]")


@pytest.mark.parametrize(
    ("text", "trials"),
    [
        (STAGES, 11),
        (STAGES.replace("confirm: 3", "confirm: x"), None),
        (GOOD.replace("trials: 4", "strategy: grid"), None),
    ],
)
def test_the_queue_works_out_what_an_earlier_version_left_out(tmp_path, client, text, trials):
    client.submit(text, name="small", trials=None, submitter="ada")  # as 0.2.0 did
    shown = CliRunner().invoke(queue, ["--root", str(tmp_path / "mlruns"), "--json"])
    assert [(job["name"], job["trials"]) for job in json.loads(shown.output)] == [("small", trials)]


def test_a_name_of_its_own_wins_and_the_file_is_the_last_resort(tmp_path, client):
    assert submit(write(tmp_path, GOOD), client, name="mine").name == "mine"
    text = GOOD.replace("study: small\n", "")
    assert submit(write(tmp_path, text, "night.yaml"), client).name == "night"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("storage: sqlite:///elsewhere.db", r"job.yaml:4: a submitted job has no `storage`"),
        ("tracking: http://elsewhere", r"job.yaml:4: a submitted job has no `tracking`"),
        ("pool: ray", r"job.yaml:4: a submitted job has no `pool`"),
        ("trails: 5", r"job.yaml:4: .*Did you mean 'trials'"),
        ("space: {units: {int: [1, 9]}}", "units"),
        ("objective: [accuracy, loss]\nstrategy: bayesian", "'bayesian' searches one metric"),
        ("data: ../../etc/passwd", r"job.yaml:4: data of a submitted job lie in the data folder"),
        ("data: {path: /etc/passwd}", r"job.yaml:4: data of a submitted job lie in"),
        ("data: {path: a, sample_weight: /etc/passwd}", r"job.yaml:4: data of a submitted job lie"),
        ("data: {path: a/../../b}", r"job.yaml:4: data of a submitted job lie in"),
    ],
)
def test_rules_2_to_4_what_is_wrong_is_refused_with_its_line(tmp_path, client, line, message):
    with pytest.raises((JobError, ValueError), match=message):
        submit(write(tmp_path, GOOD + line + "\n"), client)
    assert client.jobs() == []


def test_rule_3_a_link_out_of_the_data_folder_is_followed(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "link").symlink_to("/etc")
    monkeypatch.setenv("COOKBOOK_DATA", str(folder))
    text = "recipe: tabular\ntrials: 2\ndata: {path: %s, target: y}\n"
    assert read_submission(text % "table.csv", name="a").data == {
        "path": "table.csv",
        "target": "y",
    }
    with pytest.raises(JobError, match="lie in the data folder"):
        read_submission(text % "link/passwd", name="a")


@pytest.mark.parametrize("kind", ["files", "table"])
def test_rule_3_relative_files_are_those_of_the_data_folder(tmp_path, client, monkeypatch, kind):
    """Also where workers see the folder under another path; the column of a table stays one."""
    mounts = [tmp_path / name for name in ("one", "other")]
    for mount in mounts:
        texts = [(f"{label}/{n}.txt", f"{label} {n}") for label in "ab" for n in range(12)]
        for name, text in texts:
            (mount / "texts" / name).parent.mkdir(parents=True, exist_ok=True)
            (mount / "texts" / name).write_text(text)
        rows = [f"{name},2\n" for name, _ in texts]
        (mount / "weights.csv").write_text("".join(["file,weight\n", *rows]))
        rows = [f"{text},{text[0]},2\n" for _, text in texts]
        (mount / "texts.csv").write_text("".join(["text,label,weights.csv\n", *rows]))
    data = {"files": "{path: texts,", "table": "{path: texts.csv, target: label,"}[kind]
    text = f"recipe: text\nstudy: small\ntrials: 2\ndata: {data} sample_weight: weights.csv}}\n"
    monkeypatch.setenv("COOKBOOK_DATA", str(mounts[0]))
    job, found = submit(write(tmp_path, text), client), []
    for mount in mounts:
        monkeypatch.setenv("COOKBOOK_DATA", str(mount))
        plan = Service(client.url, tmp_path).plan(job)
        target = plan.target
        assert set(target.data.load().train.weights) == {2.0}
        found.append(target.fingerprint(plan.settings))
    assert found[0] == found[1]


def test_rule_1_functions_come_from_allowed_modules_only(monkeypatch):
    text = "function: os:system\ntrials: 2\nobjective: loss\nspace: {x: [0, 1]}\n"
    with pytest.raises(JobError, match=r"job:1: functions of the module 'os' are not allowed"):
        read_submission(text, name="a")
    monkeypatch.setenv("COOKBOOK_MODULES", "ours.models, os")
    assert read_submission(text, name="a").function == "os:system"
    with pytest.raises(JobError, match=r"'osx' are not allowed here \(allowed: ours.models, os\)"):
        read_submission(text.replace("os:", "osx:"), name="a")


def test_changes_win_over_the_text():
    assert read_submission(GOOD, name="b", changes={"trials": 9}).trials == 9


def test_rule_3_every_option_of_a_loader_that_names_a_file_is_checked():
    for one in OWN_DATA:
        options = inspect.signature(one.function()).parameters.values()
        named = {option.name for option in options if "Path" in str(option.annotation)}
        assert named - {"cache_dir"} <= set(FILE_OPTIONS), one.name


@pytest.mark.parametrize(
    "name", ["../up", "/root", "a/b", "..", ".hidden", "a\\b", "a\nb", "n" * 300]
)
def test_a_name_that_leaves_the_folder_of_studies_is_refused(tmp_path, client, name):
    with pytest.raises(JobError, match="must be a name"):
        read_submission(GOOD, name=name)
    text = GOOD.replace("small", json.dumps(name))
    with pytest.raises((JobError, ValueError), match="must be a name"):
        submit(write(tmp_path, text), client)
    assert client.jobs() == []


def test_what_a_job_needs_is_queued_with_it(tmp_path, client):
    text = GOOD + "gpus: 2\nmemory: 8GB\n"
    needs = submit(write(tmp_path, text), client, labels=("a100",)).needs
    assert (needs.labels, needs.gpus, needs.memory) == (("a100",), 2, 8 * 10**9)


@pytest.fixture
def modules(monkeypatch):
    monkeypatch.setenv("COOKBOOK_MODULES", "tests.service.objectives")


@pytest.mark.usefixtures("modules")
def test_the_space_of_a_job_may_grow(tmp_path, client):
    submit(write(tmp_path, SPACIOUS), client)
    change("small", client, {"space": {"x": {"float": [0, 2]}}})
    found = change("small", client, {"space": {"kind": ["a", "b", "c"]}})
    assert found.changes == {"space": {"x": {"float": [0, 2]}, "kind": ["a", "b", "c"]}}
    job = read_submission(found.text, name="small", changes=found.changes)
    assert job.space == {"x": {"float": [0, 2]}, "kind": ["a", "b", "c"]}


@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({"x": {"float": [0, 0.5]}}, "'x' was from 0.0 to 1.0, got from 0.0 to 0.5"),
        ({"kind": ["b", "a"]}, "keep them in their order"),
        ({"y": {"float": [0, 1]}}, "'y' is new"),
        ({"x": {"flaot": [0, 1]}}, "needs exactly one of the keys"),
    ],
)
def test_a_space_that_does_not_grow_is_refused_with_the_reason(tmp_path, client, space, message):
    submit(write(tmp_path, SPACIOUS), client)
    with pytest.raises(JobError, match=message):
        change("small", client, {"space": space})
    assert client.queue.job("small").changes == {}


@pytest.mark.usefixtures("modules")
def test_a_space_that_grows_beyond_what_can_be_searched_is_refused(tmp_path, client):
    submit(write(tmp_path, SPACIOUS.replace("kind: [a, b]", "n: {int: [0, 9]}")), client)
    with pytest.raises(JobError, match=r"searched between -2\*\*53 and 2\*\*53.*Parameter 'n'"):
        change("small", client, {"space": {"n": {"int": [0, 2**54]}}})
    assert client.queue.job("small").changes == {}


@pytest.mark.usefixtures("modules")
def test_a_package_that_workers_alone_have_is_not_asked_for(tmp_path, client, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert submit(write(tmp_path, SPACIOUS + "strategy: gp\n"), client).state == "queued"


def test_the_space_of_a_staged_search_stays(tmp_path, client):
    staged = GOOD.replace("trials: 4", "trials: 24\nstages: auto")
    submit(write(tmp_path, staged), client)
    with pytest.raises(JobError, match="The space of a staged search stays as it is"):
        change("small", client, {"space": {"units": {"int": [8, 1024]}}})


PIECES = st.one_of(st.sampled_from(NASTY), st.text(max_size=12), st.sampled_from(LINES))


@settings(max_examples=60, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, len(JOB)), st.integers(0, 9), PIECES), max_size=4))
def test_whatever_is_submitted_the_check_of_jobs_and_the_service_agree(changes):
    """One validator: the service refuses what `job check` refuses, and by its own rules more."""
    text = JOB
    for place, removed, piece in changes:
        text = text[:place] + piece + text[place + removed :]
    checked, submitted = answer(read, text), answer(read_submission, text, name="a")
    if isinstance(submitted, Job):
        assert isinstance(checked, Job)
        assert submitted == checked.model_copy(update={"study": "a"})
    elif isinstance(checked, Job):
        assert "a submitted job" in submitted or "not allowed here" in submitted


def answer(reader, *arguments, **options):
    """The job, or the words of its one error."""
    try:
        return reader(*arguments, **options)
    except JobError as error:
        return str(error)
