"""Optimizers by name, SPSA, and momentum that changes inside a compiled step."""

from cookbook._lazy import lazy_attributes

__getattr__, __dir__ = lazy_attributes(
    __name__,
    {
        "GradientFreeTraining": "cookbook.optimizers.gradient_free_training:GradientFreeTraining",
        "OPTIMIZERS": "cookbook.optimizers.registry:OPTIMIZERS",
        "SPSA": "cookbook.optimizers.spsa:SPSA",
        "ScheduledAdam": "cookbook.optimizers.scheduled_momentum:ScheduledAdam",
        "ScheduledSGD": "cookbook.optimizers.scheduled_momentum:ScheduledSGD",
        "gradient_free": "cookbook.optimizers.gradient_free_training:gradient_free",
        "make_optimizer": "cookbook.optimizers.registry:make_optimizer",
    },
)
