"""Every initialiser by name; importing this module imports no Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cookbook._names import unknown_name
from cookbook._ranges import NOT_NEGATIVE, POSITIVE, Range
from cookbook._registry import Entry, find, table
from cookbook._sources import cite

if TYPE_CHECKING:
    import keras

_GLOROT = "Glorot and Bengio 2010"
_HE = "He et al. 2015"
_LECUN = "LeCun et al. 1998; Klambauer et al. 2017"
_STDDEV: dict[str, Range] = {"stddev": NOT_NEGATIVE}


def _keras(name: str, attribute: str, summary: str, source: str) -> Entry:
    return Entry(
        name=name, reference=f"keras.initializers:{attribute}", summary=summary, source=source
    )


INITIALIZERS = table(
    (
        _keras("zeros", "Zeros", "0; for biases.", "-"),
        Entry(
            name="constant",
            reference="keras.initializers:Constant",
            summary="One value everywhere; breaks no symmetry, although the R&D report says so.",
            source="-",
            defaults={"value": 0.01},
        ),
        Entry(
            name="random_normal",
            reference="keras.initializers:RandomNormal",
            summary="N(0, stddev^2), whatever the size of the layer.",
            source="-",
            defaults={"stddev": 0.05},
            ranges=_STDDEV,
        ),
        Entry(
            name="random_uniform",
            reference="keras.initializers:RandomUniform",
            summary="U(minval, maxval), whatever the size of the layer.",
            source="-",
        ),
        Entry(
            name="truncated_normal",
            reference="keras.initializers:TruncatedNormal",
            summary="A normal cut at two standard deviations.",
            source="-",
            defaults={"stddev": 0.05},
            ranges=_STDDEV,
        ),
        Entry(
            name="large_normal",
            reference="keras.initializers:RandomNormal",
            summary="Deliberately bad: N(0, 1) weights, so logits and first loss are huge.",
            source=cite("003", "section 4.5"),
            defaults={"stddev": 1.0},
            ranges=_STDDEV,
        ),
        _keras("glorot_normal", "GlorotNormal", "Variance 2 / (fan_in + fan_out).", _GLOROT),
        _keras("glorot_uniform", "GlorotUniform", "U with variance 2 / (in + out).", _GLOROT),
        _keras("he_normal", "HeNormal", "Variance 2 / fan_in; for ReLU.", _HE),
        _keras("he_uniform", "HeUniform", "U with variance 2 / fan_in; for ReLU.", _HE),
        _keras("lecun_normal", "LecunNormal", "Variance 1 / fan_in; for SELU.", _LECUN),
        _keras("lecun_uniform", "LecunUniform", "U with variance 1 / fan_in.", _LECUN),
        Entry(
            name="orthogonal",
            reference="keras.initializers:Orthogonal",
            summary="Orthonormal rows or columns times gain; keeps norms through depth.",
            source="Saxe et al. 2014",
            defaults={"gain": 1.0},
            ranges={"gain": POSITIVE},
        ),
        Entry(
            name="variance_scaling",
            reference="keras.initializers:VarianceScaling",
            summary="Variance scale / fan, the family of Glorot, He and LeCun.",
            source=_HE,
            ranges={"scale": POSITIVE},
        ),
        Entry(
            name="glorot_gain",
            reference="cookbook.initializers.gain:glorot_with_gain",
            summary="Glorot's variance times the square of a gain, 2 gain^2 / (fan_in + fan_out).",
            source=_GLOROT,
            defaults={"gain": 1.0},
            ranges={"gain": POSITIVE},
        ),
        Entry(
            name="log_prior",
            reference="cookbook.initializers.log_prior:LogPrior",
            summary="Biases of the last layer: the log-frequencies of the classes.",
            source="Lin et al. 2017",
        ),
    )
)
"""Every initialiser by name."""

ALIASES = {
    "xavier_normal": "glorot_normal",
    "xavier_uniform": "glorot_uniform",
    "kaiming_normal": "he_normal",
    "kaiming_uniform": "he_uniform",
}
"""Other names of the same initialisers."""


def make_initializer(name: str, **options: Any) -> keras.initializers.Initializer:
    """Makes an initialiser by name.

    Args:
        name: A key of `INITIALIZERS` or `ALIASES`.
        **options: Arguments of the initialiser, `seed` among them; they win over the defaults.

    Returns:
        A Keras initialiser.

    Raises:
        ValueError: If the name is unknown or an option is out of its range.

    Example:
        >>> type(make_initializer("kaiming_normal", seed=0)).__name__
        'HeNormal'
    """
    return find("initializer", ALIASES.get(name, name), INITIALIZERS).make(**options)


_FOR_BIASES = frozenset({"log_prior"})


def weight_initializer(value: Any) -> keras.initializers.Initializer:
    """Makes the initialiser of a layer's weights from what a builder is given.

    Args:
        value: A key of `INITIALIZERS` or `ALIASES`, a name of Keras such as `"identity"`, or what
            `keras.initializers.get` takes beside names.

    Returns:
        A Keras initialiser.

    Raises:
        ValueError: If the name is unknown, or one of biases only.

    Example:
        >>> type(weight_initializer("identity")).__name__
        'Identity'
        >>> weight_initializer("large_normal").stddev
        1.0
    """
    import keras

    names = INITIALIZERS.keys() - _FOR_BIASES
    if not isinstance(value, str) or ALIASES.get(value, value) not in names:
        try:
            return keras.initializers.get(value)
        except ValueError as error:
            known = {*names, *ALIASES, "identity"}
            raise ValueError(unknown_name("initializer", value, known)) from error
    return make_initializer(value)
