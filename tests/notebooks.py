"""Executes the tutorial: `python -m tests.notebooks` in an empty folder, with `--write` for keeps.

What is kept has the outputs that its readers see: no widget, no time, no path of the machine.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

TUTORIAL = Path(__file__).parents[1] / "docs/tutorial.ipynb"
_SECONDS = 900


def execute(path: Path, folder: Path) -> Any:
    """Runs a notebook from its first cell to its last.

    Args:
        path: The notebook.
        folder: Where it runs; empty.

    Returns:
        The notebook with its outputs.

    Raises:
        nbclient.exceptions.CellExecutionError: If a cell fails.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    # Commands of the notebook are those of this environment.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    client = NotebookClient(
        notebook, timeout=_SECONDS, kernel_name="python3", resources={"metadata": {"path": folder}}
    )
    client.execute()
    return notebook


def tidy(notebook: Any, folder: Path) -> None:
    """Leaves out of the outputs what belongs to one run alone."""
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        cell.outputs = _one_stream(cell.outputs)
        for output in cell.outputs:
            if "text" in output:
                output["text"] = _plain(output["text"], folder)
            for kind, value in output.get("data", {}).items():
                if kind.startswith("text/"):
                    output["data"][kind] = _plain(value, folder)
        cell.outputs = [one for one in cell.outputs if one.get("text", "kept").strip()]
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def _one_stream(outputs: list[Any]) -> list[Any]:
    """What was printed in parts, in one; warnings of the notebook's own libraries go."""
    joined: list[Any] = []
    for output in outputs:
        if output.get("name") == "stderr" and "IProgress" in output["text"]:
            continue
        streams = joined and joined[-1].get("name") == output.get("name", "") != ""
        if streams:
            joined[-1]["text"] += "\r" * ("\n" not in joined[-1]["text"]) + output["text"]
        else:
            joined.append(output)
    return joined


def _plain(text: str, folder: Path) -> str:
    text = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")
    # A spinner that was taken away again.
    text = re.sub(r"(\x1b\[2K[^\n]*\n\x1b\[1A)+\x1b\[2K", "", text)
    # Of what is written over and over in one line, the last.
    last = re.sub(r"(?m)^.*\r(?!\n)", "", text)
    lines = "\n".join(line.rstrip() for line in last.split("\n"))
    return lines.replace(f"{folder}/", "").replace(str(folder), ".")


def main() -> int:
    """Runs the tutorial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="Keep the outputs.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        notebook = execute(TUTORIAL, Path(folder))
        tidy(notebook, Path(folder))
    if given.write:
        import nbformat

        nbformat.write(notebook, TUTORIAL)
        print(f"{TUTORIAL.name}: {TUTORIAL.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
