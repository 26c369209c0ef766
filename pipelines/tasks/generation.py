"""Generation of images by a pair of adversaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from cookbook.optimizers.registry import make_optimizer
from pipelines.figures import image_grid_figure, image_text
from pipelines.hyperparameters.optimizer import optimizer_arguments
from pipelines.inputs.feeds import ArrayFeed
from pipelines.preprocessing.images import ImagePreprocessor
from pipelines.serving.drawing import draw_images
from pipelines.tasks.base import Task
from pipelines.tasks.judge import ImageJudge

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipelines.datasets.containers import Split

COMPONENTS = 32
SHOWN = 12


class ImageGeneration(Task):
    """Images like those of the dataset; its classes are used by the judge alone.

    A generator's loss says how it does against its discriminator, not how good its images
    are. So a classifier of real images (`ImageJudge`) looks at generated ones after every
    epoch and gives the validation metrics.

    Its own hyperparameter is `beta_1`, the momentum of Adam: 0.5 in DCGAN.

    Raises:
        ValueError: If the options ask for augmentation, averaged weights, standardized images
            or a schedule that follows a metric, which this training has no place for.
    """

    extra_names = frozenset({"beta_1"})

    def __init__(self, dataset: Any, options: Any, extra: Any) -> None:
        super().__init__(dataset, options, extra)
        for name in ("augment", "ema", "standardize"):
            if getattr(options, name):
                raise ValueError(
                    f"Adversarial training has no place for {name!r}. Got "
                    f"{name}={getattr(options, name)!r}: leave it out."
                )
        if options.schedule == "plateau":
            raise ValueError(
                "Adversarial training has two optimizers, and the schedule 'plateau' lowers one. "
                "Got schedule='plateau': take a schedule of the steps."
            )
        self._images = ImagePreprocessor(scale=dataset.scale).fit(dataset.train.x)
        real = self._images.transform(dataset.train.x)
        self._judge = ImageJudge().fit(real, dataset.train.y)

    def model_arguments(self) -> dict[str, Any]:
        """`image_shape`, and the smoothing of the real labels."""
        return {
            "image_shape": self._images.input_shape,
            "label_smoothing": self.options.label_smoothing,
        }

    def loss(self) -> keras.losses.Loss:
        """The cross-entropy of both players, which they bring themselves."""
        return keras.losses.BinaryCrossentropy(from_logits=True)

    def metrics(self) -> list[keras.metrics.Metric]:
        """None: the two losses are the model's own."""
        return []

    def compile(self, model: keras.Model, *, total_steps: int) -> None:
        """One optimizer per player, with the same settings."""
        momentum = {"beta_1": float(self.extra.get("beta_1", 0.5))}
        players = []
        for _ in range(2):
            name, arguments = optimizer_arguments(self.options, total_steps=total_steps)
            settings = momentum if name in ("adam", "adamw", "nadam") else {}
            players.append(make_optimizer(name, **{**settings, **arguments}))
        generator, discriminator = players
        model.compile(generator_optimizer=generator, discriminator_optimizer=discriminator)

    def callbacks(self) -> list[keras.callbacks.Callback]:
        """The judge's verdict after every epoch."""
        return [JudgeEveryEpoch(self)]

    def training_feed(self, *, seed: int, with_validation: bool) -> ArrayFeed:
        """Shuffled batches of images in [-1, 1], the range of the generator."""
        data = self.training_rows(with_validation=with_validation)
        scale = self._images.graph_transform()
        return ArrayFeed(
            self._images.arrange(data.x),
            data.y,
            batch_size=self.options.batch_size,
            seed=seed,
            transform=lambda images, labels, _: (scale(images) * 2.0 - 1.0, labels),
        )

    def validation_feed(self) -> None:
        """None: there is no loss to validate; see `callbacks`."""

    def predict(self, model: keras.Model, x: Any) -> np.ndarray:
        """Real and generated images, `float32[samples, 2, height, width, channels]` in [0, 1].

        The real ones stand beside the generated ones because `measure` compares the two sets.
        The noise is always the same.
        """
        drawn = draw_images(model, np.arange(len(x)))
        return np.stack([self._images.transform(x), drawn], axis=1)

    def measure(self, predictions: np.ndarray, y: Any = None) -> dict[str, float]:
        """The judge's scores, see `ImageJudge.scores`."""
        return self._judge.scores(predictions[:, 1], predictions[:, 0])

    def baseline(self, split: Split, *, with_validation: bool = False) -> tuple[str, np.ndarray]:
        """Draws from a Gaussian in the space of the training images' principal components."""
        from sklearn.decomposition import PCA

        rows = self.training_rows(with_validation=with_validation)
        train = self._images.transform(rows.x)
        flat = train.reshape(len(train), -1)
        pca = PCA(min(COMPONENTS, *flat.shape), random_state=0).fit(flat)
        noise = np.random.default_rng(0).normal(size=(len(split), pca.n_components_))
        drawn = pca.inverse_transform(noise * np.sqrt(pca.explained_variance_))
        images = np.clip(drawn, 0, 1).reshape(len(split), *train.shape[1:])
        return "Gaussian", np.stack([self._images.transform(split.x), images], axis=1)

    def figures_and_reports(
        self, predictions: np.ndarray, split: Split, *, model: keras.Model
    ) -> tuple[dict[str, Figure], dict[str, Any]]:
        """Images before training, after it, and real ones."""
        real = self._images.transform(split.x[:SHOWN])
        return {"samples": image_grid_figure({**_drawn(model), "real": real})}, {}

    def notes(self, model: keras.Model) -> dict[str, str]:
        """Images in characters, those of the same network before training first."""
        texts = [f"# {title}\n{image_text(images)}" for title, images in _drawn(model).items()]
        return {"samples.txt": "\n\n".join(texts)}

    def serving_config(self) -> dict[str, Any]:
        """The scale of the pixels."""
        return {"inputs": self._images.to_config(), "outputs": {"kind": "drawing"}}

    def raw_example(self) -> Any:
        """Two seeds; each seed is one image."""
        import pandas as pd

        return pd.DataFrame({"seed": [0, 1]})


def _drawn(model: keras.Model) -> dict[str, np.ndarray]:
    seeds = np.arange(SHOWN)
    untrained = type(model).from_config(model.get_config())
    return {
        "before training": draw_images(untrained, seeds),
        "after training": draw_images(model, seeds),
    }


class JudgeEveryEpoch(keras.callbacks.Callback):
    """Adds the judge's scores of the validation split to the logs of an epoch."""

    def __init__(self, task: ImageGeneration) -> None:
        super().__init__()
        self._task = task

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: D102
        if logs is not None:
            scores = self._task.score(self.model, self._task.dataset.validation)
            logs.update({f"val_{name}": value for name, value in scores.items()})
