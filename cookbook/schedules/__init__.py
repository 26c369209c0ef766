"""Learning-rate and momentum schedules in optimizer steps, by name."""

from cookbook._lazy import lazy_attributes

__getattr__, __dir__ = lazy_attributes(
    __name__,
    {
        "SCHEDULES": "cookbook.schedules.registry:SCHEDULES",
        "make_schedule": "cookbook.schedules.registry:make_schedule",
    },
)
