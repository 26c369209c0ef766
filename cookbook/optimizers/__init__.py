"""Optimizers by name, SPSA, and momentum that changes inside a compiled step."""

from cookbook._lazy import lazy_attributes

__getattr__, __dir__ = lazy_attributes(
    __name__,
    {
        "OPTIMIZERS": "cookbook.optimizers.registry:OPTIMIZERS",
        "make_optimizer": "cookbook.optimizers.registry:make_optimizer",
    },
)
