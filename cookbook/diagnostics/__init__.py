"""Norms, derivatives, curvature and what the layers of a model do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_names

if TYPE_CHECKING:
    from cookbook.diagnostics.autodiff import hessian_vector_product as hessian_vector_product
    from cookbook.diagnostics.autodiff import value_and_gradients as value_and_gradients
    from cookbook.diagnostics.by_hand import LayerByHand as LayerByHand
    from cookbook.diagnostics.by_hand import NetworkByHand as NetworkByHand
    from cookbook.diagnostics.by_hand import Pass as Pass
    from cookbook.diagnostics.checkpointing import CheckpointedModel as CheckpointedModel
    from cookbook.diagnostics.checkpointing import Recomputed as Recomputed
    from cookbook.diagnostics.checkpointing import checkpointed as checkpointed
    from cookbook.diagnostics.curvature import Curvature as Curvature
    from cookbook.diagnostics.curvature import extreme_eigenvalues as extreme_eigenvalues
    from cookbook.diagnostics.curvature import hessian as hessian
    from cookbook.diagnostics.curvature import hutchinson_trace as hutchinson_trace
    from cookbook.diagnostics.curvature import judge_curvature as judge_curvature
    from cookbook.diagnostics.curvature import measure_curvature as measure_curvature
    from cookbook.diagnostics.initial_loss import InitialLoss as InitialLoss
    from cookbook.diagnostics.initial_loss import check_initial_loss as check_initial_loss
    from cookbook.diagnostics.input_derivatives import jacobian as jacobian
    from cookbook.diagnostics.layers import LayerReport as LayerReport
    from cookbook.diagnostics.layers import NetworkReport as NetworkReport
    from cookbook.diagnostics.layers import inspect_layers as inspect_layers
    from cookbook.diagnostics.loss_function import LossFunction as LossFunction
    from cookbook.diagnostics.norms import matrix_norm as matrix_norm
    from cookbook.diagnostics.norms import vector_norm as vector_norm
    from cookbook.diagnostics.rematerialisation import rematerialise as rematerialise
    from cookbook.diagnostics.taps import Flow as Flow
    from cookbook.diagnostics.taps import measure_flow as measure_flow
    from cookbook.diagnostics.time_steps import gradients_over_time as gradients_over_time

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "autodiff": ["hessian_vector_product", "value_and_gradients"],
        "by_hand": ["LayerByHand", "NetworkByHand", "Pass"],
        "curvature": [
            "Curvature",
            "extreme_eigenvalues",
            "hessian",
            "hutchinson_trace",
            "judge_curvature",
            "measure_curvature",
        ],
        "initial_loss": ["InitialLoss", "check_initial_loss"],
        "input_derivatives": ["jacobian"],
        "layers": ["LayerReport", "NetworkReport", "inspect_layers"],
        "loss_function": ["LossFunction"],
        "norms": ["matrix_norm", "vector_norm"],
        "checkpointing": ["CheckpointedModel", "Recomputed", "checkpointed"],
        "rematerialisation": ["rematerialise"],
        "taps": ["Flow", "measure_flow"],
        "time_steps": ["gradients_over_time"],
    },
)
__all__ = __dir__()
