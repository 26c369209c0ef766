"""The figures of the sources beside ours, for `docs/sources.md`."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.formatting import format_value
from pipelines.recipes.reproduction import Reproduction, count_verdicts, reproduce

_COLUMNS = ("figure", "reported", "ours", "verdict", "seeds", "record", "not equal")


def figures_table() -> str:
    """Every figure beside which one of ours stands, and how many there are of each verdict."""
    found = reproduce()
    counts = ", ".join(f"{number} {verdict}" for verdict, number in count_verdicts(found).items())
    rows = [_COLUMNS, ["---"] * len(_COLUMNS), *(_row(one) for one in found if one.ours)]
    return "\n".join([f"{counts}.", "", *(f"| {' | '.join(row)} |" for row in rows)])


def _row(one: Reproduction) -> Sequence[str]:
    row = one.to_dict()
    ours = format_value(row["ours"])
    if row["spread"] is not None:
        ours += f" ± {row['spread']:.2g}"
    return (
        row["name"],
        f"{format_value(row['reported'])} {row['unit']}".strip(),
        ours,
        row["verdict"],
        format_value(row["seeds"]),
        f"`{row['record']}`" if row["record"] else "",
        row["note"],
    )
