"""Losses by name, and the check that a loss fits the model's last activation."""

from cookbook._lazy import lazy_attributes

__getattr__, __dir__ = lazy_attributes(
    __name__,
    {
        "LOSSES": "cookbook.losses.registry:LOSSES",
        "make_loss": "cookbook.losses.registry:make_loss",
    },
)
