"""Losses by name, and the check that a loss fits the model's last activation."""

from cookbook._lazy import lazy_attributes

__getattr__, __dir__ = lazy_attributes(
    __name__,
    {
        "ClassWeighted": "cookbook.losses.weighted:ClassWeighted",
        "CosineSimilarity": "cookbook.losses.saved:CosineSimilarity",
        "FromLabels": "cookbook.losses.from_labels:FromLabels",
        "Huber": "cookbook.losses.saved:Huber",
        "InUnits": "cookbook.losses.in_units:InUnits",
        "LOSSES": "cookbook.losses.registry:LOSSES",
        "PairingWarning": "cookbook.losses.pairing:PairingWarning",
        "Quantile": "cookbook.losses.quantile:Quantile",
        "SmoothedSparseCategoricalCrossentropy": (
            "cookbook.losses.smoothing:SmoothedSparseCategoricalCrossentropy"
        ),
        "SoftIoU": "cookbook.losses.overlap:SoftIoU",
        "WeightedBinaryCrossentropy": "cookbook.losses.weighted:WeightedBinaryCrossentropy",
        "check_pairing": "cookbook.losses.pairing:check_pairing",
        "class_balanced": "cookbook.losses.weighted:class_balanced",
        "compile_checked": "cookbook.losses.pairing:compile_checked",
        "effective_number_weights": "cookbook.losses.weighted:effective_number_weights",
        "make_loss": "cookbook.losses.registry:make_loss",
        "warn_pairing": "cookbook.losses.pairing:warn_pairing",
    },
)
