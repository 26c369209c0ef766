"""What is said of a precision that the processor has no instructions for."""

from __future__ import annotations

import pytest

from pipelines.hyperparameters import precision
from pipelines.jobs.recipe.target import RecipeTarget
from pipelines.jobs.request import make_job

FLAGS = "model name\t: A processor\nflags\t\t: fpu avx2 {}\n"


@pytest.mark.parametrize(
    ("flag", "known"),
    [("avx512_bf16", True), ("amx_bf16", True), ("avx512f", False), ("bf16x", False)],
)
def test_the_processor_says_what_it_multiplies(tmp_path, flag, known):
    processor = tmp_path / "cpuinfo"
    processor.write_text(FLAGS.format(flag))
    assert precision.multiplies_bfloat16(processor, tmp_path / "no card") is known


def test_a_card_or_another_system_leaves_it_open(tmp_path):
    processor, card = tmp_path / "cpuinfo", tmp_path / "version"
    assert precision.multiplies_bfloat16(processor, card) is None
    processor.write_text(FLAGS.format("sse"))
    card.touch()
    assert precision.multiplies_bfloat16(processor, card) is None


@pytest.mark.parametrize("known", [True, False, None])
def test_only_a_slow_precision_is_spoken_of(monkeypatch, known):
    monkeypatch.setattr(precision, "multiplies_bfloat16", lambda: known)
    assert precision.precision_notices(None) == precision.precision_notices("float32") == ()
    told = precision.precision_notices("mixed_bfloat16")
    assert [line.startswith("precision=mixed_bfloat16: ") for line in told] == [True] * (
        known is False
    )


@pytest.mark.exhaustive
def test_searches_and_trainings_say_it_first(monkeypatch, program, tmp_path):
    monkeypatch.setattr(precision, "multiplies_bfloat16", lambda: False)
    chosen = {"params": {"precision": "mixed_bfloat16"}}
    job = make_job("iris-mlp", chosen)
    assert RecipeTarget.of(job).notices == precision.precision_notices("mixed_bfloat16")
    arguments = ("--tiny", "--set", "precision=mixed_bfloat16", "--root", tmp_path)
    told = program("train", "iris-mlp", *map(str, arguments)).err.splitlines()
    assert told[0].startswith("precision=mixed_bfloat16: this processor has no instructions")
