"""YAML whose numbers are those that people and Python write: `1e-4` is one, too."""

from __future__ import annotations

import re

import yaml


class NumberLoader(yaml.SafeLoader):
    """PyYAML's safe loader, which alone takes `1e-4` for a text: it wants `1.0e-4`.

    Example:
        >>> yaml.load("[1e-4, 1e-4 s, 1.0e-4]", Loader=NumberLoader)
        [0.0001, '1e-4 s', 0.0001]
    """


NumberLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)[eE][-+]?[0-9]+$"),
    list("-+.0123456789"),
)
