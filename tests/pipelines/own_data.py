"""Small files of a user's own, one writer for each generic recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image


@dataclass(frozen=True)
class OwnData:
    """What `cookbook train NAME` is given.

    Attributes:
        write: Writes the data below a folder; returns what `--data` names.
        options: Further arguments of the command.
    """

    write: Callable[[Path], Path]
    options: tuple[str, ...] = ()


def write_table(folder: Path) -> Path:
    """A table with semicolons, a categorical column and a missing value."""
    generator = np.random.default_rng(0)
    rows = ["size;colour;label"]
    for number in range(120):
        size = generator.normal() + 2 * (number % 2)
        text = "" if number == 7 else f"{size:.3f}"
        rows.append(f"{text};{('red', 'green')[generator.integers(2)]};{('no', 'yes')[number % 2]}")
    path = folder / "table.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def write_images(folder: Path, count: int = 16) -> Path:
    """Dark and bright pictures of 16x16 pixels, a folder per class."""
    generator = np.random.default_rng(0)
    for label, base in (("dark", 20), ("bright", 180)):
        place = folder / "photos" / label
        place.mkdir(parents=True)
        for number in range(count):
            pixels = base + generator.integers(0, 60, (16, 16, 3))
            Image.fromarray(pixels.astype(np.uint8)).save(place / f"{number:02}.png")
    return folder / "photos"


def write_masks(folder: Path, count: int = 24) -> Path:
    """Bright squares on dark ground, and where they are."""
    generator = np.random.default_rng(0)
    for kind in ("images", "masks"):
        (folder / "scans" / kind).mkdir(parents=True)
    for number in range(count):
        mask = np.zeros((16, 16), np.uint8)
        row, column = generator.integers(0, 10, 2)
        mask[row : row + 6, column : column + 6] = 255
        pixels = np.clip(mask // 2 + generator.integers(0, 60, (16, 16)), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / "scans" / "images" / f"{number:02}.jpg")
        Image.fromarray(mask).save(folder / "scans" / "masks" / f"{number:02}.png")
    return folder / "scans"


def write_texts(folder: Path) -> Path:
    """A file per class, a text a line."""
    place = folder / "texts"
    place.mkdir()
    for label, word in (("sport", "match"), ("food", "cheese")):
        lines = [f"the {word} of day {n} was {'good' if n % 3 else 'bad'}" for n in range(30)]
        (place / f"{label}.txt").write_text("\n".join(lines) + "\n")
    return place


def write_text(folder: Path) -> Path:
    """Running text."""
    path = folder / "mine.txt"
    path.write_text("\n".join(f"line {n} of my own text, and more" for n in range(200)) + "\n")
    return path


def write_pairs(folder: Path) -> Path:
    """Sentence pairs, tab separated."""
    numbers = ("one", "two", "three", "four", "five", "six"), (
        "un", "deux", "trois", "quatre", "cinq", "six",
    )  # fmt: skip
    lines = [
        f"I see {numbers[0][a]} and {numbers[0][b]}.\tJe vois {numbers[1][a]} et {numbers[1][b]}."
        for a in range(6)
        for b in range(6)
    ]
    path = folder / "pairs.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


def write_series(folder: Path) -> Path:
    """A year of days with a weekly season."""
    days = np.arange("2025-01-01", "2026-01-01", dtype="datetime64[D]")
    values = 10 + 3 * np.sin(np.arange(len(days)) * 2 * np.pi / 7)
    values += np.random.default_rng(0).normal(size=len(days)) * 0.3
    lines = [f"{day},{value:.3f}" for day, value in zip(days, values, strict=True)]
    path = folder / "series.csv"
    path.write_text("\n".join(["day,sales", *lines]) + "\n")
    return path


OWN_DATA: Mapping[str, OwnData] = {
    "tabular": OwnData(write_table, ("--target", "label")),
    "forecast": OwnData(write_series, ("--target", "sales")),
    "image": OwnData(write_images, ("--data-option", "image_size=[16, 16]")),
    "image-masks": OwnData(write_masks, ("--data-option", "image_size=[16, 16]")),
    "text": OwnData(write_texts),
    "text-recurrent": OwnData(write_texts),
    "language-model": OwnData(write_text),
    "translation": OwnData(write_pairs),
}
