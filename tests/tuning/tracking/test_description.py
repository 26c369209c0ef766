"""The description of a parent run says what came out, and its commands are complete."""

from __future__ import annotations

from tuning.tracking import Provenance
from tuning.tracking.description import describe_study

RESULT = {
    "verdict": "The winner is better than the default hyperparameters beyond the noise.",
    "test_metrics": {"accuracy": 0.98, "loss": 0.1},
    "default_metrics": {"accuracy": 0.95, "loss": 0.2},
    "baseline": "logistic regression",
    "baseline_metrics": {"accuracy": 0.9},
    "model_path": "mlruns/studies/digits/model.keras",
    "reproduce": "program train digits-mlp --set learning_rate=0.01",
}
PROVENANCE = Provenance(
    git_commit="1a2b3c4d5e6f7a8b-dirty",
    dataset="digits",
    fingerprint="f" * 64,
    tags={"recipe": "digits-mlp"},
)


def test_verdict_scores_and_commands_are_there():
    best = {"widths": [64, 32], "learning_rate": 0.01, "optimizer": "adam"}
    text = describe_study(RESULT, PROVENANCE, run_id="abc", best=best)
    assert text.startswith(RESULT["verdict"])
    assert (
        "| test metric | &emsp;winner | &emsp;defaults | &emsp;baseline (logistic regression) |"
        in text
    )
    assert "| accuracy | 0.98 | 0.95 | 0.9 |" in text
    assert "| loss | 0.1 | 0.2 |  |" in text
    assert 'mlflow.pyfunc.load_model("runs:/abc/model")' in text
    assert "git checkout 1a2b3c4d5e6f  # and uncommitted changes" in text
    assert RESULT["reproduce"] in text.splitlines()
    assert '"widths": [64, 32]' in text


def test_a_function_has_hyperparameters_instead_of_a_command():
    text = describe_study({"verdict": "Done."}, Provenance(), run_id="abc", best={"x": 1.5})
    assert text == 'Done.\n\nBest hyperparameters: `{"x": 1.5}`'
    page = "http://server/#/experiments/1/runs?viewStateShareKey=study-a"
    text = describe_study(
        {"verdict": "Done."}, Provenance(), run_id="abc", best=None, trials_url=page
    )
    assert f"[The trials as a table]({page})" in text


def test_without_a_result_there_is_no_description():
    assert describe_study({}, PROVENANCE, run_id="abc", best=None) == ""
