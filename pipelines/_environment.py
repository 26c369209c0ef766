"""What TensorFlow and OpenMP read once, when they are loaded, and what TensorFlow prints then."""

from __future__ import annotations

import importlib.machinery
import os
import sys
import tempfile
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import Any

_DEFAULTS = {
    # Notes about the processor and about kernels that give way to others would bury the
    # program's own output; what goes wrong is raised as an exception all the same.
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # TensorFlow switches oneDNN's kernels on by itself on some processors only; on the others
    # convolutions take twice to three times as long (docs/performance.md).
    "TF_ENABLE_ONEDNN_OPTS": "1",
    # The threads of scikit-learn's boosting wait for each other busily, which takes the processor
    # from the one that they wait for where anything else runs: beside other work a fit takes
    # thirty times as long as with threads that sleep (docs/performance.md).
    "OMP_WAIT_POLICY": "passive",
}
# Printed whatever the log level says, because logging is not set up yet.
_NOTES = (b"oneDNN custom operations are on", b"before absl::InitializeLog()")


def prepare_libraries() -> None:
    """Sets the variables that the user has not set, before the libraries are loaded.

    The rooms that load TensorFlow call it when they are imported; `import pipelines` alone changes
    nothing of the process.

    Example:
        >>> prepare_libraries()
        >>> os.environ["TF_CPP_MIN_LOG_LEVEL"] >= "0"
        True
    """
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    waiting = any(isinstance(finder, _QuietTensorFlow) for finder in sys.meta_path)
    if "tensorflow" not in sys.modules and not waiting:
        sys.meta_path.insert(0, _QuietTensorFlow())


class _QuietTensorFlow(MetaPathFinder):
    """Lets TensorFlow be imported once without its two notes about oneDNN."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The usual specification, with a loader that holds the notes back."""
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = _quietly(spec.loader.exec_module)  # type: ignore[method-assign]
        return spec


def _quietly(load: Any) -> Any:
    def loaded(module: ModuleType) -> None:
        try:
            original = os.dup(2)
        except OSError:  # no standard error, nobody to disturb
            load(module)
            return
        with tempfile.TemporaryFile() as printed:
            os.dup2(printed.fileno(), 2)
            try:
                load(module)
            finally:
                os.dup2(original, 2)
                os.close(original)
                printed.seek(0)
                for line in printed:
                    if not any(note in line for note in _NOTES):
                        os.write(2, line)

    return loaded
