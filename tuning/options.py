"""The kinds of values that the options of a search have, and their parts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from tuning._names import unknown_name
from tuning.faults import OptionsError, explain, unknown_key
from tuning.units import parse_bytes, parse_seconds

MAXIMIZE, MINIMIZE = "maximize", "minimize"
RELATIONS = {"at_most": "<=", "at_least": ">="}
_MANY = 10**9


def _no_bool(value: Any) -> Any:
    """Refuses `true`, which Python takes for 1."""
    if isinstance(value, bool):
        raise ValueError(f"A number is needed. Got {value!r}.")
    return value


def _direction(value: Any) -> Any:
    if value not in (MAXIMIZE, MINIMIZE):
        raise ValueError(unknown_name("direction", value, (MAXIMIZE, MINIMIZE)))
    return value


Number = Annotated[float, BeforeValidator(_no_bool), Field(allow_inf_nan=False)]
Count = Annotated[int, BeforeValidator(_no_bool), Field(ge=1, le=_MANY)]
Seconds = Annotated[Number, BeforeValidator(parse_seconds), Field(gt=0)]
Bytes = Annotated[int, BeforeValidator(parse_bytes), BeforeValidator(_no_bool), Field(gt=0)]
Seed = Annotated[int, BeforeValidator(_no_bool), Field(ge=0, lt=2**32)]
Direction = Annotated[Literal["maximize", "minimize"], BeforeValidator(_direction)]


class OptionsModel(BaseModel):
    """Checked options: unknown keys are faults, and nothing changes later.

    Raises:
        OptionsError: A `ValueError` with one line for each fault.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    if not TYPE_CHECKING:  # editors and mypy read the fields

        def __init__(self, **given: Any) -> None:
            try:
                super().__init__(**given)
            except ValidationError as error:
                raise OptionsError(explain(error, type(self)), error) from None

        # Parts of a part are then validated without it, so that a fault keeps its place.
        __init__.__pydantic_base_init__ = True


class Metric(NamedTuple):
    """A metric that a search improves."""

    name: str
    direction: Direction


class Constraint(NamedTuple):
    """A bound on a metric, for example on the number of parameters."""

    metric: str
    relation: Literal["<=", ">="]
    limit: Number


def _read_constraint(value: Any) -> Any:
    """The triple of `{metric: NAME, at_most: LIMIT}` or `{metric: NAME, at_least: LIMIT}`."""
    if not isinstance(value, Mapping):
        return value
    for key in value:
        if key not in ("metric", *RELATIONS):
            raise ValueError(unknown_key(str(key), ("metric", *RELATIONS)))
    bounds = [name for name in RELATIONS if value.get(name) is not None]
    if len(bounds) != 1 or "metric" not in value:
        raise ValueError(
            f"A constraint needs `metric` and either `at_most` or `at_least`. Got {dict(value)}."
        )
    return (value["metric"], RELATIONS[bounds[0]], value[bounds[0]])


def _check_constraint(value: Any) -> Any:
    triple = _read_constraint(value)
    if not isinstance(triple, Sequence) or isinstance(triple, str) or len(triple) != 3:
        raise ValueError(
            'A constraint is written like ["parameters", "<=", 62458]. Got ' + f"{value!r}."
        )
    if triple[1] not in RELATIONS.values():
        raise ValueError(f"A constraint relates by <= or >=. Got {triple[1]!r}.")
    if isinstance(triple[2], int | float) and not math.isfinite(triple[2]):
        raise ValueError(f"A constraint's limit must be finite. Got {triple[2]!r}.")
    return dict(zip(Constraint._fields, triple, strict=True))


_CONSTRAINT_SCHEMA = {
    "type": "object",
    "properties": {"metric": {"type": "string"}} | {name: {"type": "number"} for name in RELATIONS},
    "required": ["metric"],
    "additionalProperties": False,
}
Bound = Annotated[
    Constraint, BeforeValidator(_check_constraint), WithJsonSchema(_CONSTRAINT_SCHEMA)
]


LOCAL, RAY = "local", "ray"
POOLS = (LOCAL, RAY)


class PoolOptions(OptionsModel):
    """Where trials run, and what each of them needs there.

    Example:
        >>> PoolOptions(workers=2, memory="4GB").memory
        4000000000
        >>> PoolOptions(pool="rai")
        Traceback (most recent call last):
        ...
        tuning.faults.OptionsError: No pool named 'rai'. Did you mean 'ray'? Known: local, ray.
    """

    pool: str = Field(
        LOCAL,
        description="Where trials run: `local`, processes of this machine, or `ray`, the machines "
        "of a Ray cluster.",
    )
    ray_address: str | None = Field(
        None,
        description="`auto` or host:port of a Ray cluster that this machine is part of; by default "
        "one is started on this machine for the search.",
    )
    workers: Count | None = Field(
        None, description="Worker processes; by default as many as there is room for."
    )
    threads: Count = Field(1, description="Threads of the numeric libraries in each worker.")
    gpus: Annotated[int, BeforeValidator(_no_bool), Field(ge=0, le=1024)] = Field(
        0, description="GPUs that each trial has for itself."
    )
    memory: Bytes | None = Field(
        None,
        description="Memory that a trial needs, as 4GB: no more trials run at once on a machine "
        "than have room there.",
    )
    recycle_after: Count = Field(
        200, description="Trials after which a worker process is replaced."
    )
    recycle_growth: Bytes = Field(
        250 * 10**6,
        description="Memory that a worker may grow after its first trial until it is replaced, "
        "as 250MB, so that objectives that leave memory behind do not fill the machine.",
    )

    @field_validator("pool")
    @classmethod
    def _known_pool(cls, name: str) -> str:
        if name not in POOLS:
            raise ValueError(unknown_name("pool", name, POOLS))
        return name

    @model_validator(mode="after")
    def _address_of_ray(self) -> Self:
        if self.ray_address is not None and self.pool != RAY:
            raise ValueError(
                f"`ray_address` belongs to the pool `ray`. Got pool={self.pool!r}: say `pool: ray`."
            )
        return self


class WarmStart(OptionsModel):
    """What is known before the search."""

    study: str | None = Field(None, description="Study whose best points are tried first.")
    best: Count = Field(5, description="How many of them.")
    points: tuple[dict[str, Any], ...] = Field(
        (), description="Known points that are tried first, in this order."
    )
