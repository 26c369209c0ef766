"""The peers' networks and loops in PyTorch: same layers, sizes, optimizer and batches."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional


def lenet() -> nn.Module:
    """LeNet-5 as `cookbook.models.lenets.lenet()`: tanh, average pooling."""
    return nn.Sequential(
        nn.Conv2d(3, 6, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.Tanh(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
    )


class _Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1:
            projection = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch = functional.relu(self.norm1(self.conv1(x)))
        return functional.relu(self.shortcut(x) + self.norm2(self.conv2(branch)))


def resnet8() -> nn.Module:
    """ResNet-8 as `cookbook.models.resnets.resnet(depth=8)`."""
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1, bias=False),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        _Block(16, 16, 1),
        _Block(16, 32, 2),
        _Block(32, 64, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, 10),
    )


class CharacterModel(nn.Module):
    """Embedding, one LSTM, linear head, as `language_model(vocabulary, units=(units,))`."""

    def __init__(self, vocabulary: int, embedding: int, units: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, embedding)
        self.lstm = nn.LSTM(embedding, units, batch_first=True)
        self.head = nn.Linear(units, vocabulary)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Logits `float32[batch, vocabulary, steps]`, as PyTorch's loss wants them."""
        return self.head(self.lstm(self.embed(tokens))[0]).transpose(1, 2)


def flip_and_crop(images: torch.Tensor, pixels: int = 4) -> torch.Tensor:
    """Flips half of a batch and crops each image from its padded form, without a loop.

    Args:
        images: `float32[batch, channels, height, width]`.
        pixels: Padding on each side.
    """
    n, _, height, width = images.shape
    padded = functional.pad(images, (pixels,) * 4)
    rows = torch.randint(0, 2 * pixels + 1, (n, 1)) + torch.arange(height)
    columns = torch.randint(0, 2 * pixels + 1, (n, 1)) + torch.arange(width)
    flipped = torch.rand(n, 1) < 0.5
    columns = torch.where(flipped, columns.flip(1), columns)
    batch = torch.arange(n)[:, None, None]
    last = padded.permute(0, 2, 3, 1)[batch, rows[:, :, None], columns[:, None, :]]
    # The permuted view of a channels-last array is PyTorch's channels-last format already.
    return last.permute(0, 3, 1, 2)


def epoch_seconds(
    model: nn.Module,
    x: torch.Tensor,
    y: torch.Tensor,
    *,
    batch_size: int,
    epochs: int,
    prepare: Callable[[torch.Tensor], torch.Tensor],
) -> float:
    """Median seconds of an epoch after the first one.

    Args:
        model: Gives logits for `prepare(x[rows])`.
        x: Inputs.
        y: Class numbers.
        batch_size: Samples a step.
        epochs: Measured epochs, one more is run first.
        prepare: Scaling and augmentation of a batch.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss_function = nn.CrossEntropyLoss()
    seconds = []
    for _ in range(epochs + 1):
        began = time.perf_counter()
        correct: Any = torch.zeros((), dtype=torch.long)
        for rows in torch.randperm(len(x)).split(batch_size):
            labels = y[rows]
            logits = model(prepare(x[rows]))
            loss = loss_function(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            # The contestants count their accuracy too.
            correct += (logits.argmax(1) == labels).sum()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds[1:])
