"""Bad input is one line with a way out, exit code 2, and nothing is written."""

from __future__ import annotations

import pytest

BAD_CALLS = {
    ("train", "digits-cn"): "No recipe named 'digits-cn'. Did you mean 'digits-cnn'",
    ("tune", "digits-cn"): "No recipe named 'digits-cn'. Did you mean 'digits-cnn'",
    ("show", "digit-cnn"): "No recipe named 'digit-cnn'. Did you mean 'digits-cnn'",
    ("tunes", "digits-cnn"): "No command named 'tunes'. Did you mean 'tune'?",
    ("tune", "digits-cnn", "--strategy", "tp"): "No strategy named 'tp'. Did you mean 'tpe'?",
    ("tune", "digits-cnn", "--pruner", "halvin"): "No pruner named 'halvin'. Did you mean",
    ("tune", "digits-cnn", "--trials", "0"): "0 is not in the range x>=1",
    ("tune", "digits-cnn", "--trails", "3"): "No such option '--trails'",
    ("tune", "digits-cnn", "--set", "epochs"): "--set takes KEY=VALUE. Got 'epochs'",
    ("tune", "digits-cnn", "--set", "epocs=3"): "No hyperparameter named 'epocs'. Did you mean 'ep",
    ("train", "digits-cnn", "--set", "epocs=3"): "No hyperparameter named 'epocs'. Did you mean",
    ("train", "digits-cnn", "--set", "dropout=1.5"): "dropout",
    ("train", "digits-cnn", "--set", "learning_rate=-1"): "`learning_rate > 0` must hold. Got",
    ("train", "digits-cnn", "--set", "optimizer=adm"): "No optimizer named 'adm'. Did you mean",
    ("train", "digits-cnn", "--set", "schedule=cosin"): "No schedule named 'cosin'. Did you mean",
    ("tune", "missing.yaml"): "missing.yaml",
    ("train", "digits-cnn", "--set", "epochs=abc"): "`epochs` is a whole number. Got epochs='abc'.",
    ("train", "digits-cnn", "--set", "epochs=2.5"): "`epochs` is a whole number. Got epochs=2.5.",
    ("tune", "digits-cnn", "--set", "batch_size=true"): "`batch_size` is a whole number. Got",
    ("tune", "digits-cnn", "--set", "learning_rate=fast"): "`learning_rate` is a number. Got",
    ("train", "digits-cnn", "--set", "dropout=much"): "`dropout` is a number. Got dropout='much'.",
    ("train", "digits-cnn", "--set", "optimizer=3"): "`optimizer` is a text. Got optimizer=3.",
    ("train", "image", "--set", "standardize=2"): "`standardize` is true or false. Got",
    (
        "train",
        "wine-mlp",
        "--set",
        "class_weight=balancd",
    ): "`class_weight` is 'balanced', or a mapping",
    (
        "train",
        "diabetes-mlp",
        "--set",
        "target_transform=lg",
    ): "No target_transform named 'lg'. Did you mean 'log'?",
    ("tune", "forecast", "--data", "no.csv", "--target", "y", "--set", "window=0"): "1 <= window",
    ("train", "language-model", "--data", "no.txt", "--set", "window=2.5"): "`window` is a whole",
    ("train", "text", "--data", "no", "--set", "lowercase=no thanks"): "`lowercase` is true or fal",
    ("train", "compare-losses", "--set", "epochs=abc"): "`epochs` is a whole number. Got",
    ("train", "digits-cnn", "--epochs", "-1"): "-1 is not in the range x>=1",
    ("train", "digits-cnn", "--seed", "abc"): "'abc' is not a valid integer range",
    ("train", "digits-cnn", "--seed", "4294967296"): "is not in the range 0<=x<=4294967295",
    (
        "train",
        "digits-cnn",
        "--data-option",
        "rows=5",
    ): "'rows' is no option of a loader: tiny mode",
    ("train", "digits-cnn", "--data-option", "rows"): "--data-option takes KEY=VALUE. Got 'rows'",
    ("train", "tabular", "--data", "no.csv", "--target", "y"): "no.csv: no such file.",
    ("train", "tabular", "--data", "no.csv", "--data-option", "delimiter=,"): "needs the option",
    ("train", "digits-cnn", "--root", "/proc/none"): "Runs are recorded below /proc/none. /proc: ",
    ("train", "compare-losses", "--root", "/proc/none"): "Runs are recorded below /proc/none. /p",
    ("train", "digits-cnn", "--tracking-uri", "postgres://db"): "Did you mean 'postgresql'?",
    ("train", "compare-losses", "--tracking-uri", "nonsense://"): "No tracking scheme named",
    ("tune", "digits-cnn", "--root", "/proc/none"): "cannot be used",
    ("tune", "digits-cnn", "--tracking-uri", "foo://x"): "No tracking scheme named 'foo'.",
    ("tune", "digits-cnn", "--pool", "rai"): "No pool named 'rai'. Did you mean 'ray'?",
    ("tune", "digits-cnn", "--memory", "much"): "An amount of memory is written like 512MB or 2GB",
    ("tune", "digits-cnn", "--ray-address", "auto"): "belongs to the pool `ray`",
    ("tune", "compare-losses"): "is a comparison, which has no search space: `cookbook train comp",
    ("tune", "digits-cnn", "--trials", "abc"): "'abc' is not a valid integer range",
    (
        "tune",
        "digits-cnn",
        "--timeout",
        "soon",
    ): "`--timeout`: A duration is written like 90s, 10min or 2h. Got",
    ("predict", "nothing", "x.csv"): "There is no saved model for 'nothing'. Looked in: nothing, ",
    (
        "train",
        "tabular",
        "--data-option",
        "columns={a:",
        "text}",
    ): "(text}) A value with spaces stands in quotes: 'columns={a: ...'. Usage: cookbook train",
    (
        "train",
        "tabular",
        "--data-option",
        "columns={a:",
    ): "ends as it began. Got '{a:'. A value with spaces stands in quotes: 'columns={a: ...'.",
    (
        "compare",
        "a",
        "b",
        "--figure",
        "no/x.png",
    ): "--figure takes a file in a folder that is there",
    ("report", "nothing"): "No study named 'nothing'",
    ("compare", "nothing", "other"): "No study named 'nothing'",
    ("delete", "nothing", "--yes"): "No study named 'nothing'",
}
# Content of a job file to what is said of it.
BAD_JOBS = {
    "recipe: [digits": "job.yaml:1: this is not YAML",
    "- a\n- b\n": "job.yaml:1: a job is a mapping of keys to values. Got a list.",
    "": "job.yaml:1: a job needs either `recipe` or `function`.",
    "recipe: digits-cnn\ntrails: 3\n": "job.yaml:2: unknown key 'trails'. Did you mean 'trials'?",
    "recipe: digits-cnn\nepochs: -3\n": "job.yaml:2: `epochs >= 1` must hold. Got -3.",
    "recipe: digits-cnn\ntrials: 1\nseed: -3\n": "job.yaml:3: `seed >= 0` must hold. Got -3.",
    "recipe: digits-cnn\ntrials: 1\nset: {epochs: abc}\n": "`epochs` is a whole number. Got",
    "recipe: digits-cnn\ntrials: 1\ndata: {rows: 9}\n": "'rows' is no option of a loader",
    "recipe: digits-cnn\ntrials: 1\ndata: photos\n": "has its own data, digits. Got path='photos'",
}


@pytest.mark.parametrize(
    ("arguments", "message"), BAD_CALLS.items(), ids=[" ".join(call) for call in BAD_CALLS]
)
def test_bad_input_is_one_line_and_writes_nothing(program, tmp_path, arguments, message):
    _is_one_line(program(*arguments, check=False), message)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("content", "message"), BAD_JOBS.items())
def test_a_bad_job_is_one_line_and_starts_nothing(program, tmp_path, content, message):
    job = tmp_path / "job.yaml"
    job.write_text(content)
    _is_one_line(program("tune", "job.yaml", check=False), message)
    assert list(tmp_path.iterdir()) == [job]


def test_no_command_is_answered_by_the_help_alone(program):
    for words in ((), ("job",), ("data",)):
        assert program(*words, check=False).err.startswith("Usage: ")


def test_a_command_that_is_interrupted_says_so(program, monkeypatch):
    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.cli.service.time.sleep", interrupt)
    done = program("queue", "--watch", check=False)
    assert (done.code, done.err.strip().splitlines()[-1]) == (130, "cookbook: Interrupted.")


def test_what_is_missing_or_too_much_shows_how_the_command_is_called(program):
    missing = program("best", check=False).err
    assert missing == "cookbook: Missing argument 'STUDY'. Usage: cookbook best [OPTIONS] STUDY\n"
    more = program("best", "one", "two", check=False).err
    assert "unexpected extra argument (two)" in more
    assert more.endswith("Usage: cookbook best [OPTIONS] STUDY\n")


def test_an_empty_folder_has_no_studies_and_a_first_step(program):
    shown = program("status")
    assert shown.out == "No study in mlruns yet.\n"
    assert "Next: cookbook recipes   cookbook tune RECIPE" in shown.err
    assert program("status", "--json").out == "[]\n"


def test_bad_input_ends_the_process_with_one_line(cookbook):
    done = cookbook("train", "digits-cnn", "--set", "epochs=abc", check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def _is_one_line(done, message):
    assert done.code == 2, done.err
    assert done.out == ""
    (line,) = done.err.splitlines()
    assert line.startswith("cookbook: ")
    assert message in line
