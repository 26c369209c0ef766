"""The figures of the sources beside ours: each verdict follows from its record."""

from __future__ import annotations

import json
import statistics

import pytest

from cookbook.models.catalog import MODELS
from pipelines.comparisons.registry import load_comparison
from pipelines.recipes import evidence
from pipelines.recipes.record import RECORDS
from pipelines.recipes.reproduction import (
    UNDECIDED,
    UNMET,
    VERDICTS,
    count_verdicts,
    judge,
    judge_fit,
    reproduce,
)
from pipelines.sources.figures import Figure, read_figures
from pipelines.sources.initial_losses import FILE as INITIAL_LOSSES

FOUND = reproduce()
COMPARED = [one for one in FOUND if one.ours]


def _figure(value, *, unit="%", better="higher"):
    return Figure(
        source="003", place="-", what="-", value=value, unit=unit, better=better, ours="", note=""
    )


@pytest.mark.parametrize("one", COMPARED, ids=lambda one: f"{one.figure.place}-{one.figure.what}")
def test_ours_is_what_the_record_says(one):
    row = one.to_dict()
    kind, recipe, *metric = one.figure.ours.split()
    scale = 100 if one.figure.unit == "%" else 1
    if kind == "model":
        assert row["ours"] == MODELS[recipe].trainable
        return
    if kind == "start":
        plain = json.loads(INITIAL_LOSSES.read_text())
        values = plain["losses"][recipe]
    elif kind == "compared":
        plain = json.loads((evidence.COMPARED / f"{recipe}.json").read_text())
        values = [scale * value for value in _of_arm(plain, *metric)]
    else:
        plain = json.loads((RECORDS / f"{recipe}.json").read_text())
        values = [scale * value for value in _values(plain, kind, *metric)]
    assert row["ours"] == pytest.approx(statistics.mean(values))
    assert row["seeds"] == len(values)
    assert row["command"] == plain["command"]
    assert row["verdict"] in VERDICTS
    assert (row["verdict"] == "needs a GPU") == ("--epochs" in plain["command"])


def _values(plain, kind, metric="", score=""):
    if kind == "history":
        return [epochs[metric][-1] for epochs in plain["history"]]
    if kind == "class":
        return plain["class_scores"][metric][score]
    return plain["seconds"] if kind == "seconds" else plain["test_metrics"][metric]


def _of_arm(plain, metric, *arm):
    part = load_comparison(plain["name"]).parts[0].title
    return [
        training[metric]
        for training in plain["trainings"]
        if (training["part"], training["arm"]) == (part, " ".join(arm))
    ]


def test_what_a_comparison_measured_of_another_network_is_not_judged():
    compared = [one for one in FOUND if one.figure.place == "table 7"]
    assert {one.verdict for one in compared} == {"other network"}
    assert all(one.ours and one.note for one in compared)


def test_a_time_of_other_hardware_is_shown_with_its_processor_and_not_judged():
    times = [one for one in COMPARED if one.figure.what == "LeNet, GPU time"]
    assert [one.verdict for one in times] == ["other hardware"] * 2
    for one in times:
        assert json.loads((RECORDS.parent / one.evidence.file).read_text())["cpu"] in one.note


def test_what_a_graphics_card_alone_shows_needs_one():
    measures = [
        one
        for one in FOUND
        if one.figure.what.endswith(("utilisation", "memory")) and one.figure.place != "table 7"
    ]
    assert {one.verdict for one in measures} == {"needs a GPU"}


def test_nothing_of_a_graphics_card_counts_as_not_run():
    assert [
        one.figure.what for one in FOUND if one.verdict == "not run" and one.evidence is None
    ] == []


@pytest.mark.parametrize(
    ("figure", "ours", "verdict"),
    [
        (_figure(66.0), [66.9], "reproduced"),
        (_figure(66.0), [67.1], "beaten"),
        (_figure(66.0), [64.9], "below"),
        (_figure(66.0), [64.0, 65.8], "reproduced"),  # 1.1 points and a deviation of 1.27
        (_figure(66.0, better=""), [80.0], "refuted"),
        (_figure(100.0, unit="s", better="lower"), [97.0], "beaten"),
        (_figure(100.0, unit="s", better="lower"), [103.0], "below"),
        (_figure(62006, unit="", better="equal"), [62006.0], "reproduced"),
        (_figure(62006, unit="", better="equal"), [62007.0], "refuted"),
    ],
)
def test_verdicts(figure, ours, verdict):
    assert judge(figure, ours) == verdict


@pytest.mark.parametrize(
    ("verdict", "held_out", "wanted"),
    [
        ("beaten", ["beaten", "beaten"], "beaten"),
        ("beaten", ["beaten", "below"], "refuted"),
        ("beaten", ["reproduced"], "refuted"),
        ("beaten", [], "refuted"),
        ("below", ["beaten"], "below"),
        ("not run", ["below"], "not run"),
    ],
)
def test_a_better_fit_is_a_merit_only_with_better_held_out_figures(verdict, held_out, wanted):
    assert judge_fit(verdict, held_out) == wanted


def test_figures_of_training_rows_are_judged_beside_the_held_out_ones_of_their_network():
    training = [one for one in COMPARED if one.figure.is_of_training_rows]
    assert {one.figure.place for one in training} >= {"table 1", "table 2", "table 8"}
    for one in training:
        row = [other for other in FOUND if other.figure.row == one.figure.row]
        beside = [other.verdict for other in row if other.figure.is_of_held_out_rows]
        assert beside
        assert one.verdict != "beaten" or set(beside) == {"beaten"}


def test_a_figure_that_is_not_met_says_why():
    unmet = [one for one in FOUND if one.verdict in UNMET]
    assert unmet
    assert [one.figure.what for one in unmet if not one.note] == []


def test_the_counts_are_those_of_all_figures():
    assert sum(count_verdicts(FOUND).values()) == len(read_figures())


def test_the_command_lists_every_figure(program):
    listed = json.loads(program("reproduce", "--json").out)
    assert len(listed) == len(read_figures())
    short, long = program("reproduce").out, program("reproduce", "--list").out
    assert "needs a GPU" in short.splitlines()[-1]
    unmet = [row for row in listed if row["verdict"] in UNMET]
    for row in unmet:
        assert f"{row['name']} is {row['verdict']}: {row['note']}." in short
    undecided = {row["verdict"] for row in listed} & set(UNDECIDED)
    for verdict in undecided:
        assert f"{verdict}: {UNDECIDED[verdict]}." in short
    lines = len(read_figures()) + len(unmet) + len(undecided) + 2
    assert len(long.splitlines()) == lines > len(short.splitlines())
