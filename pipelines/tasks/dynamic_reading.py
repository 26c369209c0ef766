"""Dynamic evaluation: a language model that goes on learning from the text it has scored."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from typing_extensions import override

from pipelines.tasks.reading import check_text, scoring_model

SEGMENT = 20
"""Tokens between two steps, as Krause et al. 2018 take for characters."""
CLIP_NORM = 1.0


def dynamic_nats(model: keras.Model, tokens: np.ndarray, *, rate: float) -> np.ndarray:
    """Scores one long text by a model that takes a step behind every 20 tokens.

    Dynamic evaluation (Krause et al. 2018, arXiv:1709.07432) by gradient descent. Each token is
    scored before the model learns from it, so the scores are those of a prediction; but a model
    that learns from the test text is not the one that was trained, and its scores stand apart. A
    step descends the mean of a segment, without dropout, its norm clipped to 1. The text is read
    in one row, from its first token on.

    The weights are given back as they were.

    Args:
        model: Made by `language_model` or `character_network`.
        tokens: `int[n]`, at least 2.
        rate: Learning rate, > 0.

    Returns:
        `float64[n - 1]`, nats of `tokens[1:]`.

    Raises:
        ValueError: If the text is too short.

    Example:
        >>> from cookbook.models.language_models import language_model
        >>> model = language_model(9, embedding_dim=4, units=(5,), seed=0)
        >>> again = np.tile([1, 2, 3, 4], 100)
        >>> nats = dynamic_nats(model, again, rate=1.0)
        >>> bool(nats[-20:].mean() < nats[:20].mean())
        True
    """
    check_text(tokens)
    scorer, sizes = scoring_model(model)
    learner = _WithoutDropout(scorer.inputs, scorer.outputs[0], name="learner")
    learner.compile(keras.optimizers.SGD(rate, clipnorm=CLIP_NORM), _mean)
    states: list[Any] = [np.zeros((1, size), "float32") for size in sizes]
    kept = model.get_weights()
    nats = []
    try:
        for start in range(0, len(tokens) - 1, SEGMENT):
            read = tokens[np.newaxis, start : start + SEGMENT + 1]
            given = [read[:, :-1], read[:, 1:], *states]
            scored, _, *states = scorer.predict_on_batch(given)
            nats.append(scored[0])
            learner.train_on_batch(given, scored)
    finally:
        model.set_weights(kept)
    return np.concatenate(nats).astype(np.float64)


class _WithoutDropout(keras.Model):
    """Learns from what it would have said: a network with dropout would be another one."""

    @override
    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        return super().call(inputs, training=False, mask=mask)


def _mean(_: Any, nats: Any) -> Any:
    return keras.ops.mean(nats)
