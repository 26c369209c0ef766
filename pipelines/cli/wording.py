"""Messages in the words of the command line: `--data` where Python says `path=`."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterable

_IN_A_FILE = re.compile(r"\S+\.ya?ml:\d+:")
# How a message of a dataset names the way out: pass `missing='drop'`.
_PASSED = re.compile(r"\b(?P<verb>[Pp]ass) `(?P<name>\w+)(?:=(?P<value>[^`]+))?`")
_OWN_FLAGS = {
    "path": "--data",
    "target": "--target",
    "sample_weight": "--sample-weights",
    "data_dir": "--data-dir",
}


def in_flags(message: str, words: Iterable[str]) -> str:
    """Writes the arguments of a message as the flags of the command line.

    A fault in a job file keeps the file's words.

    Args:
        message: What the library says.
        words: The command line.

    Example:
        >>> in_flags("`trial_timeout > 0` must hold.", ["tune", "--trial-timeout=0s"])
        '`--trial-timeout > 0` must hold.'
        >>> in_flags("job.yaml:3: `trials >= 1` must hold.", ["tune", "--trials", "2"])
        'job.yaml:3: `trials >= 1` must hold.'
    """
    flags = [word.partition("=")[0] for word in words if word.startswith("--")]
    named = {flag[2:].replace("-", "_"): flag for flag in flags}

    def flag(found: re.Match[str]) -> str:
        return "`" + named.get(found[1], found[1])

    return "\n".join(
        line if _IN_A_FILE.match(line) else re.sub(r"`(\w+)(?=[` ])", flag, with_data_options(line))
        for line in message.split("\n")
    )


def with_data_options(message: str) -> str:
    """Writes the options of a dataset that a message asks for as the command line takes them.

    Example:
        >>> with_data_options("Repair it, or pass `encoding='latin-1'`.")
        'Repair it, or pass `--data-option encoding=latin-1`.'
        >>> with_data_options("your own data: pass `path`, the file or folder.")
        'your own data: pass `--data`, the file or folder.'
        >>> with_data_options("No delimiter cuts the rows. Pass `delimiter`.")
        'No delimiter cuts the rows. Pass `--data-option delimiter=...`.'
    """
    return _PASSED.sub(_as_option, message)


def _as_option(found: re.Match[str]) -> str:
    verb, name, value = found["verb"], found["name"], found["value"]
    if name in _OWN_FLAGS:
        return f"{verb} `{_OWN_FLAGS[name]}`"
    pair = f"{name}=..." if value is None else f"{name}={_plain(value)}"
    quoted = f'"{pair}"' if "'" in pair else shlex.quote(pair)
    return f"{verb} `--data-option {quoted}`"


def _plain(value: str) -> str:
    try:
        return str(ast.literal_eval(value))
    except (ValueError, SyntaxError):
        return value
