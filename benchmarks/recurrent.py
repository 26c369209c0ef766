"""Tokens per second of the character LSTM: ours, plain Keras, PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks._contestant import Contestant, Measured
from benchmarks._epochs import compiled, epoch_clock, speed
from benchmarks._harness import Benchmark, Goal, Quantity, alternate, finish, parser

VOCABULARY, EMBEDDING, UNITS = 27, 32, 64
FIT, TORCH = "Model.fit", "PyTorch"
CASE = "LSTM 64"
QUANTITIES = (
    Quantity(key="tokens_per_second", unit="tokens/s"),
    Quantity(key="seconds", unit="s an epoch", larger_is_better=False),
)
GOALS = (Goal(case=CASE, key="tokens_per_second", peer=FIT, must=1.5),)
UNEQUAL = (
    "ours is unrolled over time as our recipes are for short texts, plain Keras runs its loop; "
    "the row `Model.fit, unrolled` shows that part alone",
    "PyTorch's LSTM has two bias vectors, Keras' one",
    "no sequence is padded, so nobody masks; tracing and the first epoch are not counted",
)


def arrays(*, rows: int, steps: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of a fixed rule with noise, so that there is something to learn.

    Args:
        rows: Sequences.
        steps: Tokens of each.
        seed: Decides them.

    Returns:
        `(int32[rows, steps], int32[rows, steps])`, the second one token ahead.
    """
    generator = np.random.default_rng(seed)
    start = generator.integers(0, VOCABULARY, (rows, 1))
    stride = generator.integers(1, 4, (rows, 1))
    tokens = (start + stride * np.arange(steps + 1)) % VOCABULARY
    noise = np.asarray(generator.random(tokens.shape) < 0.1)
    tokens[noise] = generator.integers(0, VOCABULARY, int(noise.sum()))
    return tokens[:, :-1].astype("int32"), tokens[:, 1:].astype("int32")


def ours(*, batch: int, epochs: int, unroll: bool, **sizes: Any) -> Measured:
    """`Trainer` over an `ArrayFeed`: whole epochs in one compiled function."""
    from pipelines.inputs.feeds import ArrayFeed
    from pipelines.training.tensorflow.trainer import Trainer

    x, y = arrays(**sizes)
    clock = epoch_clock()
    feed = ArrayFeed(x, y, batch_size=batch, seed=sizes["seed"])
    model = _model(sizes["steps"], unroll=unroll)
    Trainer(model, feed).fit(epochs=epochs + 1, callbacks=[clock])
    return speed("tokens", x.size, clock.seconds[1:])


def model_fit(*, batch: int, epochs: int, unroll: bool, **sizes: Any) -> Measured:
    """`Model.fit` on arrays."""
    x, y = arrays(**sizes)
    clock = epoch_clock()
    model = _model(sizes["steps"], unroll=unroll)
    model.fit(x, y, batch_size=batch, epochs=epochs + 1, callbacks=[clock], verbose=0)
    return speed("tokens", x.size, clock.seconds[1:])


def pytorch(*, batch: int, epochs: int, **sizes: Any) -> Measured:
    """A PyTorch loop over tensors in memory."""
    import torch

    from benchmarks import _torch_models as peers

    x, y = arrays(**sizes)
    torch.manual_seed(sizes["seed"])
    seconds = peers.epoch_seconds(
        peers.CharacterModel(VOCABULARY, EMBEDDING, UNITS),
        torch.from_numpy(x),
        torch.from_numpy(y.astype("int64")),
        batch_size=batch,
        epochs=epochs,
        prepare=lambda tokens: tokens,
    )
    return speed("tokens", x.size, [seconds])


def _model(steps: int, *, unroll: bool) -> Any:
    from cookbook.models.language_models import language_model

    model = language_model(
        VOCABULARY,
        embedding_dim=EMBEDDING,
        units=(UNITS,),
        sequence_length=steps,
        unroll=unroll,
        seed=0,
    )
    return compiled(model)


def main() -> None:
    """Measures all contestants."""
    command = parser(__doc__ or "")
    command.add_argument("--steps", type=int, default=16, help="tokens of a sequence")
    command.add_argument("--batch", type=int, default=32)
    options = command.parse_args()
    quick = options.quick
    sizes = {
        "rows": 256 if quick else 8192,
        "steps": options.steps,
        "batch": options.batch,
        "epochs": 1 if quick else 5,
    }
    here = "benchmarks.recurrent"
    found: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = [
        ("ours", "ours", {"unroll": True}, ()),
        ("ours, loop", "ours", {"unroll": False}, ()),
        (FIT, "model_fit", {"unroll": False}, ()),
        (f"{FIT}, unrolled", "model_fit", {"unroll": True}, ()),
        (TORCH, "pytorch", {}, ("torch",)),
    ]
    contestants = [
        Contestant(
            name=name,
            run=f"{here}:{run}",
            arguments={**sizes, **more},
            needs=needs,
            plain=run == "model_fit",
        )
        for name, run, more, needs in found
    ]
    rounds = options.rounds or (1 if quick else 5)
    benchmark = Benchmark(
        name="recurrent",
        title=f"Character LSTM, {options.steps} tokens a sequence, batch {options.batch}",
        quantities=QUANTITIES,
        goals=() if quick else GOALS,
        unequal=UNEQUAL,
        quick=quick,
        settings={**sizes, "units": UNITS, "embedding": EMBEDDING, "rounds": rounds},
    )
    finish(benchmark, alternate(CASE, contestants, seeds=range(rounds)))


if __name__ == "__main__":
    main()
