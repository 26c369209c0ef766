"""Images per second of a training on CIFAR-10 with flip and pad-and-crop.

Ours (compiled epochs over 8-bit arrays) against `Model.fit` on arrays with Keras augmentation
layers and against PyTorch, channels last, augmenting whole batches.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from benchmarks._contestant import Contestant, Measured
from benchmarks._epochs import compiled, epoch_clock, speed
from benchmarks._harness import Benchmark, Goal, Quantity, alternate, finish, parser

BATCH = 128
FIT, TORCH = "Model.fit, Keras layers", "PyTorch, channels last"
FIT_ONEDNN = "Model.fit, Keras layers, oneDNN on"
NETWORKS = ("lenet", "resnet8")
QUANTITIES = (
    Quantity(key="images_per_second", unit="images/s"),
    Quantity(key="seconds", unit="s an epoch", larger_is_better=False),
)
GOALS = tuple(
    goal
    for case in NETWORKS
    for goal in (
        Goal(case=case, key="images_per_second", peer=FIT, must=2.0),
        Goal(case=case, key="images_per_second", peer=TORCH, must=1.1, goal=1.3),
    )
)
UNEQUAL = (
    "ours has oneDNN's kernels on, `Model.fit` what TensorFlow chooses for this processor; the "
    "row with oneDNN on shows what is left",
    "at stride 2 PyTorch pads on all sides and Keras below and right; weights start differently",
    "nobody validates; tracing and the first epoch are not counted",
)


def arrays(*, rows: int, data_dir: str | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """CIFAR-10's training images, or drawn arrays of the same shape without a data folder.

    Args:
        rows: Images.
        data_dir: Folder of the downloaded datasets, or None.
        seed: Of drawn arrays.

    Returns:
        `(uint8[rows, 32, 32, 3], int64[rows])`.
    """
    if data_dir:
        from pipelines.datasets.registry import load_dataset

        train = load_dataset("cifar10", data_dir=data_dir).train
        return np.asarray(train.x[:rows]), np.asarray(train.y[:rows])
    generator = np.random.default_rng(seed)
    x = generator.integers(0, 256, (rows, 32, 32, 3), dtype=np.uint8)
    return x, generator.integers(0, 10, rows)


def ours(*, network: str, epochs: int, precision: str = "float32", **data: Any) -> Measured:
    """`Trainer` over an `ArrayFeed` with `image_transform`."""
    from pipelines.hyperparameters.precision import precision as layers_in
    from pipelines.inputs.feeds import ArrayFeed
    from pipelines.inputs.images import image_transform
    from pipelines.preprocessing.images import ImagePreprocessor
    from pipelines.training.tensorflow.trainer import Trainer

    x, y = arrays(**data)
    preprocessor = ImagePreprocessor(scale=1 / 255).fit(x, y)
    transform = image_transform(preprocessor, "flip-crop")
    feed = ArrayFeed(x, y, batch_size=BATCH, seed=data["seed"], transform=transform)
    clock = epoch_clock()
    with layers_in(precision):
        model = _keras_model(network)
    Trainer(compiled(model), feed).fit(epochs=epochs + 1, callbacks=[clock])
    return speed("images", len(x), clock.seconds[1:])


def model_fit(*, network: str, epochs: int, **data: Any) -> Measured:
    """`Model.fit` on float arrays, augmented by Keras layers inside the model."""
    import keras

    x, y = arrays(**data)
    model = compiled(
        keras.Sequential(
            [
                keras.Input((32, 32, 3)),
                keras.layers.RandomFlip("horizontal"),
                keras.layers.ZeroPadding2D(4),
                keras.layers.RandomCrop(32, 32),
                _keras_model(network),
            ]
        )
    )
    clock = epoch_clock()
    scaled = x.astype("float32") / 255
    model.fit(scaled, y, batch_size=BATCH, epochs=epochs + 1, callbacks=[clock], verbose=0)
    return speed("images", len(x), clock.seconds[1:])


def pytorch(*, network: str, epochs: int, **data: Any) -> Measured:
    """A PyTorch loop over tensors in memory, channels last."""
    import torch

    from benchmarks import _torch_models as peers

    x, y = arrays(**data)
    torch.manual_seed(data["seed"])
    model = getattr(peers, network)().to(memory_format=torch.channels_last)
    # Channels first in shape, channels last in memory: the view copies nothing.
    images = torch.from_numpy(x).permute(0, 3, 1, 2)
    seconds = peers.epoch_seconds(
        model,
        images,
        torch.from_numpy(y.astype("int64")),
        batch_size=BATCH,
        epochs=epochs,
        prepare=lambda batch: peers.flip_and_crop(batch.float().div_(255)),
    )
    return speed("images", len(x), [seconds])


def _keras_model(network: str) -> Any:
    from cookbook.models.lenets import lenet
    from cookbook.models.resnets import resnet

    return lenet() if network == "lenet" else resnet(depth=int(network.removeprefix("resnet")))


def main() -> None:
    """Measures both networks."""
    command = parser(__doc__ or "")
    command.add_argument("--data-dir", default=os.environ.get("COOKBOOK_DATA"))
    command.add_argument("--rows", type=int, default=0, help="training images")
    command.add_argument("--network", choices=NETWORKS, action="append")
    options = command.parse_args()
    quick = options.quick
    sizes = {"rows": options.rows or (1024 if quick else 45_000), "epochs": 1 if quick else 3}
    rounds = options.rounds or (1 if quick else 5)
    benchmark = Benchmark(
        name="throughput",
        title=f"Training on {sizes['rows']:,} images of 32x32, flip and crop, batch {BATCH}",
        quantities=QUANTITIES,
        goals=() if quick else GOALS,
        unequal=UNEQUAL,
        quick=quick,
        settings={**sizes, "drawn_data": not options.data_dir, "rounds": rounds},
    )
    # TensorFlow leaves oneDNN's kernels off on some processors; we switch them on.
    found = [("ours", "ours"), (FIT, "model_fit"), (FIT_ONEDNN, "model_fit"), (TORCH, "pytorch")]
    rows = []
    for network in options.network or NETWORKS:
        contestants = [
            Contestant(
                name=name,
                run=f"benchmarks.throughput:{function}",
                arguments={"network": network, "data_dir": options.data_dir, **sizes},
                needs=("torch",) if name == TORCH else (),
                plain=name == FIT,
                environment={"TF_ENABLE_ONEDNN_OPTS": "1"} if name == FIT_ONEDNN else {},
            )
            for name, function in found
        ]
        rows += alternate(network, contestants, seeds=range(rounds))
    finish(benchmark, rows)


if __name__ == "__main__":
    main()
