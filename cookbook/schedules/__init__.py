"""Learning-rate and momentum schedules in optimizer steps, by name."""

from cookbook._lazy import lazy_attributes

__getattr__, __dir__ = lazy_attributes(
    __name__,
    {
        "Constant": "cookbook.schedules.around:Constant",
        "Cooldown": "cookbook.schedules.around:Cooldown",
        "Cyclical": "cookbook.schedules.cyclical:Cyclical",
        "LowerOnPlateau": "cookbook.schedules.plateau:LowerOnPlateau",
        "OneCycle": "cookbook.schedules.one_cycle:OneCycle",
        "OneCycleMomentum": "cookbook.schedules.one_cycle:OneCycleMomentum",
        "Plateau": "cookbook.schedules.plateau:Plateau",
        "SCHEDULES": "cookbook.schedules.registry:SCHEDULES",
        "Warmup": "cookbook.schedules.around:Warmup",
        "make_schedule": "cookbook.schedules.registry:make_schedule",
        "warmup_cooldown": "cookbook.schedules.around:warmup_cooldown",
    },
)
