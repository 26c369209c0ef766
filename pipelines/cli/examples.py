"""`cookbook examples`: copies what the program comes with to learn from."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import click

from pipelines.cli.output import next_steps

_CHECKOUT = Path(__file__).parents[2]
_SHARED = "share/keras-cookbook/"
_KINDS = ("examples/*.py", "examples/*.yaml", "jobs/*.yaml", "docs/tutorial.ipynb")


@click.command()
@click.argument(
    "directory", type=click.Path(file_okay=False, path_type=Path), default="cookbook-examples"
)
@click.option("--overwrite", is_flag=True, help="Replace files that were changed since.")
def examples(directory: Path, *, overwrite: bool) -> None:
    """Copy the examples, job files and the tutorial to DIRECTORY."""
    found = shipped_files()
    if not found:
        raise click.UsageError(
            "This installation came without examples, as images do: take them from the repository."
        )
    changed = [name for name, file in found.items() if _differs(file, directory / name)]
    if changed and not overwrite:
        raise click.UsageError(
            f"Files of yours are not replaced. {directory} has another {', '.join(changed)}: name "
            "an empty folder, or add --overwrite."
        )
    for name, file in found.items():
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    click.echo(f"{len(found)} files in {directory}: {', '.join(found)}")
    next_steps(f"cd {directory}", "cookbook tune jobs/digits.yaml")


def shipped_files() -> dict[str, Path]:
    """Files by their place in the copy: those of a checkout, or of the installed wheel."""
    kept = _CHECKOUT / "examples"
    if (kept / "scikit_learn.py").exists():
        files = {p.relative_to(_CHECKOUT).as_posix(): p for k in _KINDS for p in _CHECKOUT.glob(k)}
    else:
        installed = metadata.files("keras-cookbook") or ()
        known = [(str(file).partition(_SHARED)[2], Path(str(file.locate()))) for file in installed]
        files = {name: path for name, path in known if name}
    return {name.removeprefix("docs/"): files[name] for name in sorted(files)}


def _differs(file: Path, target: Path) -> bool:
    return target.exists() and target.read_bytes() != file.read_bytes()
