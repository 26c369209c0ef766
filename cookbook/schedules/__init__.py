"""Learning-rate and momentum schedules in optimizer steps, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_names

if TYPE_CHECKING:
    from cookbook.schedules.around import Constant as Constant
    from cookbook.schedules.around import Cooldown as Cooldown
    from cookbook.schedules.around import Warmup as Warmup
    from cookbook.schedules.around import warmup_cooldown as warmup_cooldown
    from cookbook.schedules.cyclical import Cyclical as Cyclical
    from cookbook.schedules.one_cycle import OneCycle as OneCycle
    from cookbook.schedules.one_cycle import OneCycleMomentum as OneCycleMomentum
    from cookbook.schedules.piecewise_constant import piecewise as piecewise
    from cookbook.schedules.plateau import LowerOnPlateau as LowerOnPlateau
    from cookbook.schedules.plateau import Plateau as Plateau
    from cookbook.schedules.registry import SCHEDULES as SCHEDULES
    from cookbook.schedules.registry import make_schedule as make_schedule

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "around": ["Constant", "Cooldown", "Warmup", "warmup_cooldown"],
        "cyclical": ["Cyclical"],
        "one_cycle": ["OneCycle", "OneCycleMomentum"],
        "piecewise_constant": ["piecewise"],
        "plateau": ["LowerOnPlateau", "Plateau"],
        "registry": ["SCHEDULES", "make_schedule"],
    },
)
__all__ = __dir__()
