"""Initialisers by name, and the gain that an activation needs."""

from cookbook._lazy import lazy_attributes

__getattr__, __dir__ = lazy_attributes(
    __name__,
    {
        "INITIALIZERS": "cookbook.initializers.registry:INITIALIZERS",
        "LogPrior": "cookbook.initializers.log_prior:LogPrior",
        "gain_for": "cookbook.initializers.gain:gain_for",
        "initializer_for": "cookbook.initializers.gain:initializer_for",
        "make_initializer": "cookbook.initializers.registry:make_initializer",
    },
)
