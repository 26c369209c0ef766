"""Every code block of README and documentation is what its language says, and does what it says."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import itertools
import json
import re
import shlex
from collections.abc import Sequence

import click
import pytest
import yaml

from pipelines.cli.main import cli
from pipelines.cli.options import parse_settings
from pipelines.comparisons.registry import comparison_names
from pipelines.jobs.plan import plan_job
from pipelines.jobs.schema import load_job
from pipelines.recipes.registry import load_recipe, recipe_names
from pipelines.training.checks import check_hyperparameters
from tests.docs.blocks import BLOCKS, LANGUAGES, ROOT, Block, commands

PACKAGES = ("cookbook", "pipelines", "tuning")
# Programs of others that the documentation calls.
PROGRAMS = {"docker", "git", "kubectl", "pip", "python3", "pre-commit"}
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def of(*languages: str) -> list[object]:
    """Blocks of some languages, as parameters of a test."""
    found = [block for block in BLOCKS if block.language in languages]
    return [pytest.param(block, id=block.name) for block in found]


def test_every_block_says_its_language() -> None:
    assert [block.name for block in BLOCKS if block.language not in LANGUAGES] == []
    assert len(BLOCKS) > 40


@pytest.mark.parametrize("block", of("yaml", "json"))
def test_every_job_is_correct_and_other_data_parse(block: Block, tmp_path, monkeypatch) -> None:
    monkeypatch.syspath_prepend(ROOT)  # jobs on functions of examples/
    if block.language == "json":
        json.loads(block.text)
        return
    parsed = yaml.safe_load(block.text)
    if {"recipe", "function"} & set(parsed):
        path = tmp_path / "page.yaml"
        path.write_text(block.text)
        assert plan_job(load_job(path), root=tmp_path).settings.study == "page"
    else:
        assert block.skipped, f"{block.name} is no job: say in a comment before it what it is"


@pytest.mark.parametrize("block", of("sh"))
def test_every_command_parses(block: Block, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    for line in commands(block):
        check_command(line)


def check_command(line: str) -> None:
    """Parses a line of a shell as its program does."""
    program, *words = shlex.split(line, comments=True)
    words = list(itertools.takewhile(lambda word: word not in (">", "<", "|", "&&"), words))
    program = program.rpartition("/")[2]
    if program == "cookbook":
        check_cookbook(words)
    elif program == "make":
        targets = [word for word in words if "=" not in word]
        assert set(targets) <= set(TARGETS), line
    elif program == "python" and words[:1] == ["-m"] and words[1] not in ("pip", "venv"):
        assert importlib.util.find_spec(words[1]) is not None, line
    else:
        assert program in PROGRAMS | {"python"}, line


def check_cookbook(words: Sequence[str]) -> None:
    """Parses the words of a command; recipes and hyperparameters that it names must exist."""
    name, *arguments = words
    command = cli.get_command(click.Context(cli), name)
    assert command is not None, name
    if isinstance(command, click.Group):
        command.make_context(name, arguments)
        inner = command.get_command(click.Context(command), arguments[0])
        assert inner is not None, arguments
        inner.make_context(arguments[0], arguments[1:])
        return
    command.make_context(name, list(arguments))
    if name not in ("train", "tune") or arguments[0] in comparison_names():
        return
    target, *options = arguments
    if target.endswith(".yaml"):
        return
    assert target in (*recipe_names(), "RECIPE"), words
    settings = [value for flag, value in itertools.pairwise(options) if flag == "--set"]
    if target != "RECIPE":
        check_hyperparameters(load_recipe(target), parse_settings(settings))


@pytest.mark.parametrize("block", of("python"))
def test_every_python_block_compiles(block: Block) -> None:
    if ">>> " in block.text:
        assert doctest.DocTestParser().get_examples(block.text)
    else:
        check_imports(compile(block.text, block.name, "exec", ast.PyCF_ONLY_AST))


def check_imports(tree: ast.AST) -> None:
    """What is imported from the project's own packages is there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] in PACKAGES:
            module = importlib.import_module(str(node.module))
            assert [one.name for one in node.names if not hasattr(module, one.name)] == []


# A search and a training of seconds each; the page of the searches is among the fast tests.
LONG = {"docs/library.md"}


def _pages() -> list[object]:
    blocks = [block for block in BLOCKS if block.language == "python" and not block.skipped]
    return [
        pytest.param(page, marks=[pytest.mark.exhaustive] if page in LONG else [])
        for page in dict.fromkeys(block.page for block in blocks)
    ]


@pytest.mark.parametrize("page", _pages())
def test_python_runs_in_its_order_from_an_empty_folder(
    page: str, tmp_path, monkeypatch, put_mlflow
) -> None:
    put_mlflow(tmp_path / "mlruns")  # that one is made where there is none, the first day shows
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for block in BLOCKS:
        if block.page != page or block.language != "python" or block.skipped:
            continue
        if ">>> " in block.text:
            parsed = doctest.DocTestParser().get_doctest(block.text, {}, block.name, page, 0)
            assert doctest.DocTestRunner().run(parsed).failed == 0
        else:
            exec(compile(block.text, block.name, "exec"), names)  # noqa: S102 - our own pages
