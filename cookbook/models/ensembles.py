"""Models that hold many networks: each is trained on its own loss, and their mean predicts."""

from __future__ import annotations

import functools
from typing import Any

import keras
from typing_extensions import override

from cookbook.layers.members import MemberAverage
from cookbook.models._inner_models import inner_call
from cookbook.models._parts import Activation

PREDICTIONS = "predictions"


@keras.saving.register_keras_serializable(package="cookbook")
class MemberEnsemble(keras.Model):
    """A functional model with an average of members in it that are trained one by one.

    Called for inference, it gives the average. Called with `training=True`, it gives the members,
    `float[batch, members, ..., outputs]`, and `fit` minimises the mean of their losses: each member
    learns the targets itself. A loss of the average would let members err in opposite directions,
    and the ensemble would be one large network (Gorishniy et al. 2025, section 3.2). Every Keras
    loss, metric, mask, sample weight and backend works unchanged. Make it with `tabular_ensemble`,
    or with `language_model` of more than one member.
    """

    @override
    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """The average `float[batch, ..., outputs]`; the members in training."""
        if not training:
            return super().call(inputs, training=training, mask=mask)
        return self._members(inputs, training=training, mask=mask)

    @override
    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The mean of the members' losses; of an average, its loss."""
        if y is not None and self._is_of_members(y_pred):
            members = y_pred.shape[1]
            y_pred = _MembersAsRows()(y_pred)
            y = keras.ops.repeat(y, members, axis=0)
            if sample_weight is not None:
                sample_weight = keras.ops.repeat(sample_weight, members, axis=0)
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    @override
    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Metrics of the average, in training too."""
        if self._is_of_members(y_pred):
            y_pred = self.get_layer(PREDICTIONS)(y_pred)
        return super().compute_metrics(x, y, y_pred, sample_weight)

    def activated(self, activation: Activation) -> MemberEnsemble:
        """The same layers with an activation behind each member, before the average.

        Args:
            activation: A Keras name or function, for example `"softplus"` for a loss of positive
                numbers.

        Returns:
            An uncompiled model that shares its weights with this one.

        Example:
            >>> from cookbook.models.tabular import tabular_ensemble
            >>> model = tabular_ensemble((3,), members=2, widths=(4,)).activated("softplus")
            >>> bool(keras.ops.all(model(keras.ops.ones((5, 3))) > 0))
            True
        """
        average = self.get_layer(PREDICTIONS)
        dtype = average.dtype_policy
        x = keras.layers.Activation(activation, dtype=dtype, name="activated")(average.input)
        again = MemberAverage.from_config(average.get_config())
        return MemberEnsemble(self.input, again(x), name=self.name)

    def _is_of_members(self, predicted: Any) -> bool:
        return len(predicted.shape) > len(self.output_shape)

    @functools.cached_property
    def _members(self) -> Any:
        """The same layers up to the average."""
        return inner_call(self, self.get_layer(PREDICTIONS).input)


class _MembersAsRows(keras.layers.Layer):
    """`[batch, members, ...]` to `[batch * members, ...]`; a mask of rows becomes one of members.

    A layer, because Keras carries masks from layer to layer.
    """

    def __init__(self) -> None:
        # Logits stay in the precision that they come in, also under a mixed policy.
        super().__init__(name="members_as_rows", autocast=False)
        self.supports_masking = True

    @override
    def call(self, inputs: Any) -> Any:
        return keras.ops.reshape(inputs, (-1, *keras.ops.shape(inputs)[2:]))

    @override
    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        if previous_mask is None:
            return None
        return keras.ops.repeat(previous_mask, inputs.shape[1], axis=0)
