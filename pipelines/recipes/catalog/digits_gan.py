"""Handwritten digits (8x8 pixels) drawn by a generative adversarial network.

The losses of the two players do not say how good the images are: near 0.69 both are even. A
classifier of real digits judges after every epoch; see `pipelines.tasks.judge`. The distance to
real digits falls in waves while the rate is constant; the cosine decay ends them.

Measured by `python -m benchmarks.recipes` on 2026-11-29:

    test        confident 0.7741 ± 0.021; Gaussian 0.4741
    test        class_balance 0.9799 ± 0.0098; Gaussian 0.9783
    test        frechet_distance 1.13 ± 0.17; Gaussian 2.501
    source      Neural network assignments (source 001), Network architectures, Q5
    seeds       0, 1, 2
    time        about 79 s each on 1 core, AMD EPYC (AVX-512)
    command     cookbook train digits-gan --seed 0 --json
    commit      74f38c5b47
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="digits-gan",
    summary="Handwritten digits drawn by a GAN",
    dataset="digits",
    task="image-generation",
    builder="cookbook.models.gan:image_gan",
    defaults={
        "kind": "dense",
        "noise_dim": 32,
        "dropout": 0.3,
        "label_smoothing": 0.1,
        "beta_1": 0.5,
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "schedule": "cosine",
        "batch_size": 32,
        "epochs": 300,
    },
    space=Space(
        {
            "kind": Choice(["dense", "dcgan"]),
            "noise_dim": Choice([16, 32, 64]),
            "dropout": Float(0.0, 0.5, step=0.1),
            "label_smoothing": Choice([0.0, 0.1]),
            "beta_1": Choice([0.0, 0.5, 0.9]),
            "learning_rate": Float(1e-4, 5e-3, log=True),
            "batch_size": Choice([16, 32, 64]),
        }
    ),
    metric="val_frechet_distance",
    direction="minimize",
    source=cite("001", "Network architectures, Q5"),
    tiny={"epochs": 3},
    fits_in="80 s of processor time",
)
