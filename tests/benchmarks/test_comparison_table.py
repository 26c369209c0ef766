"""Measured comparisons reach the documents as they were recorded."""

from __future__ import annotations

import json

from benchmarks.document import NOT_YET, fill

ROW = {
    "part": "digits",
    "arm": "relu",
    "learning_rate": 0.003,
    "metric": "val_accuracy",
    "mean": 0.9756,
    "low": 0.97,
    "high": 0.981,
    "loss": 0.0213,
    "loss_low": 0.02,
    "loss_high": 0.03,
    "seeds": 2,
    "diverged": 0,
    "difference": None,
    "difference_low": None,
    "difference_high": None,
    "verdict": "best",
    "seconds": 1.0,
}
WORSE = {
    **ROW,
    "arm": "sigmoid",
    "mean": 0.1,
    "low": 0.1,
    "high": 0.1,
    "difference": -0.8756,
    "difference_low": -0.9,
    "difference_high": -0.85,
    "verdict": "worse",
}
RECORD = {
    "name": "compare-demo",
    "command": "cookbook train compare-demo --seeds 2 --json",
    "commit": "0123456789abcdef",
    "modified": False,
    "machine": {"cores": 2, "cpu": "demo"},
    "versions": {"keras": "3.15.1"},
    "seeds": [0, 1],
    "table": [ROW, WORSE],
    "conclusions": ["relu is ahead of every other arm beyond the noise."],
}
PLACE = "<!-- comparison: compare-demo -->\nold\n<!-- end comparison -->\nrest\n"


def test_a_place_receives_table_conclusions_figure_and_origin(tmp_path):
    (tmp_path / "compare-demo.json").write_text(json.dumps(RECORD))
    filled = fill(PLACE, tmp_path, compared=tmp_path)
    assert "| arm | rate | val accuracy | loss | to the best | verdict |" in filled
    assert "| relu | 0.003 | 0.976 [0.97, 0.981] | 0.0213 |  | best |" in filled
    assert "| sigmoid | 0.003 | 0.1 [0.1, 0.1] | 0.0213 | -0.876 [-0.9, -0.85] | worse |" in filled
    assert "- relu is ahead of every other arm beyond the noise." in filled
    assert "images/compare-demo.png" in filled
    assert "2 seeds, commit 0123456789; 2 core(s), demo; keras 3.15.1." in filled
    assert "old" not in filled
    assert filled.endswith("rest\n")
    assert fill(filled, tmp_path, compared=tmp_path) == filled


def test_a_comparison_that_was_not_measured_says_so(tmp_path):
    expected = f"<!-- comparison: compare-demo -->\n{NOT_YET}<!-- end comparison -->\nrest\n"
    assert fill(PLACE, tmp_path, compared=tmp_path) == expected
