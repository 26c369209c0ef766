"""What is said of a finished job, line by line: scores, verdict, where things are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.formatting import format_value, where
from pipelines.jobs.standing import WORSE

if TYPE_CHECKING:
    from pipelines.jobs.result import TuneResult


def summary_facts(result: TuneResult) -> list[tuple[str, str]]:
    """The summary below the table: scores, verdict, where things are.

    The verdict comes first when a simple method is better than the winner.

    Args:
        result: A finished study.

    Returns:
        Title and text of each line.
    """
    final = result.final
    verdict = [("verdict", str(final["verdict"]))] if "verdict" in final else []
    # Whoever reads one line reads that a simple method does it better.
    loses = final.get("standing", {}).get("baseline") == WORSE
    facts = [*(verdict if loses else []), ("trials", counts_text(result.search.states))]
    if result.best_value is not None:
        facts.append(("validation", f"{result.metric} {format_value(result.best_value)}"))
    facts += _choice(result)
    facts += _average(final)
    facts += _tested(final) + ([] if loses else verdict)
    facts += _over_seeds(final)
    facts += [("data", note) for note in result.notes]
    if result.model_path is not None:
        facts.append(("model", str(result.model_path)))
    elif "model_note" in final:
        facts.append(("model", str(final["model_note"])))
    if result.run_url is not None:
        facts.append(("run", where(result.run_url)))
    return facts


def counts_text(states: Mapping[str, int]) -> str:
    """Says how many trials ended in which way."""
    return ", ".join(f"{count} {state}" for state, count in states.items() if count)


def _choice(result: TuneResult) -> list[tuple[str, str]]:
    """How the winner was chosen: by a front, or by a confirming stage."""
    search, facts = result.search, []
    if search.front and search.best is not None:
        reached = ", ".join(
            f"{name} {format_value(value)}"
            for (name, _), value in zip(search.metrics, search.best.values, strict=True)
        )
        how = "nearest to the best of every metric"
        if search.winner == "first":
            how = f"best in {result.metric}"
        facts.append(("winner", f"trial {search.best_trial} of the front, {how}: {reached}"))
    if search.confirmed:
        first = search.confirmed[0]
        around = "" if first.deviation is None else f" ± {format_value(first.deviation)}"
        mean = f"{format_value(first.mean)}{around}"
        text = f"trial {first.trial}: mean {mean} of {len(first.values)}"
        lost = f"; {first.lost} failed or broke a constraint" if first.lost else ""
        facts.append(("confirmed", f"{text} repetitions with other seeds{lost}"))
    return facts


def _average(final: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Which trials the model is the average of, and why it is not of others that are better."""
    if final.get("average", 1) == 1:
        return []
    found = final.get("averaged", ())
    text = f"the model is the average of trials {_listed(found)}, refitted"
    if not found:
        text = f"asked of {final['average']} trials, and the model is the winner alone"
    passed = [f"{_listed(trials)} ({why})" for why, trials in final.get("passed_over", {}).items()]
    return [("average", text + (f"; passed over: {', '.join(passed)}" if passed else ""))]


def _listed(trials: Sequence[int]) -> str:
    return ", ".join(map(str, trials))


def _tested(final: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the test rows showed; scores that cannot be measured row by row have no interval."""
    facts = []
    for title, key in (("test", "test"), ("defaults", "default"), ("baseline", "baseline")):
        scores, metric = final.get(f"{key}_metrics", {}), final.get("metric")
        if metric in scores:
            text = f"{metric} {format_value(scores[metric])}"
            facts.append((title, text + _about(final, key)))
    return facts


def _about(final: Mapping[str, Any], key: str) -> str:
    if key == "baseline":
        return f" ({final['baseline']})"
    if key != "test":
        return ""
    about = f"{final['test_rows']} rows, {_reads(final)}"
    if "interval" not in final:
        return f"  ({about})"
    low, high = (format_value(final["interval"][end]) for end in ("low", "high"))
    return f"  (95 % interval {low} to {high}, {about})"


def _reads(final: Mapping[str, Any]) -> str:
    """How often the test rows were looked at: every further look makes the score less honest."""
    count = int(final.get("test_reads", 1))
    return "read once" if count == 1 else f"read {count} times"


def _over_seeds(final: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Mean and standard deviation of the test scores over the seeds, one line for each."""
    return [
        (
            "seeds",
            f"{name} {format_value(one['mean'])} ± {format_value(one['deviation'])} "
            f"({len(one['values'])} seeds)",
        )
        for name, one in final.get("over_seeds", {}).items()
    ]
