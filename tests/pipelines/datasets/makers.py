"""Small files in the layout of each canonical release."""

from __future__ import annotations

import csv
import gzip
import io
import pickle
import shutil
import tarfile
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from pipelines.datasets.catalog_public import IDX_FILES
from pipelines.datasets.named.cifar import CLASSES


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    mode = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    Image.fromarray(mode).save(stream, format="PNG")
    return stream.getvalue()


def random_images(count: int, side: int, seed: int, channels: int = 3) -> np.ndarray:
    shape = (count, side, side, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def tar_folder(folder: Path, archive: Path) -> None:
    with tarfile.open(archive, "w:gz") as tar:
        for item in sorted(folder.iterdir()):
            tar.add(item, arcname=item.name)
    shutil.rmtree(folder)


def cifar_batches(seed: int) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Five batches of 40 images and a test batch of 40: flat planes and labels."""
    names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    images = random_images(240, 32, seed).transpose(0, 3, 1, 2).reshape(6, 40, 3072)
    return [(name, images[n], np.arange(40) % 10) for n, name in enumerate(names)]


def cifar_python(folder: Path, seed: int) -> None:
    inner = folder / "cifar-10-batches-py"
    inner.mkdir(parents=True)
    for name, flat, labels in cifar_batches(seed):
        # Protocol 2 and keys of bytes, as Python 2 wrote them.
        batch = {b"data": flat, b"labels": labels.tolist(), b"batch_label": b"one"}
        (inner / name).write_bytes(pickle.dumps(batch, protocol=2))


def cifar_python_tar(folder: Path, seed: int) -> None:
    cifar_python(folder / "inner", seed)
    tar_folder(folder / "inner", folder / "cifar-10-python.tar.gz")


def cifar_binary(folder: Path, seed: int) -> None:
    inner = folder / "cifar-10-batches-bin"
    inner.mkdir(parents=True)
    for name, flat, labels in cifar_batches(seed):
        rows = np.concatenate([labels[:, None].astype(np.uint8), flat], axis=1)
        (inner / f"{name}.bin").write_bytes(rows.tobytes())


def cifar_binary_tar(folder: Path, seed: int) -> None:
    cifar_binary(folder / "inner", seed)
    tar_folder(folder / "inner", folder / "cifar-10-binary.tar.gz")


def cifar_npz(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    batches = cifar_batches(seed)
    images = [flat.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1) for _, flat, _ in batches]
    labels = [item for _, _, item in batches]
    np.savez(
        folder / "cifar10.npz",
        x_train=np.concatenate(images[:5]),
        y_train=np.concatenate(labels[:5])[:, None],
        x_test=images[5],
        y_test=labels[5],
    )


def cifar_folder(folder: Path, seed: int) -> None:
    for name, flat, labels in cifar_batches(seed):
        split = "test" if name == "test_batch" else "train"
        for row, (planes, label) in enumerate(zip(flat, labels, strict=True)):
            place = folder / split / CLASSES[label] / f"{name}_{row:04}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(png(planes.reshape(3, 32, 32).transpose(1, 2, 0)))


def cifar_image_tar(folder: Path, seed: int) -> None:
    cifar_folder(folder / "inner", seed)
    tar_folder(folder / "inner", folder / "cifar10-images.tar.gz")


def idx_bytes(array: np.ndarray) -> bytes:
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, dtype=">u4").tobytes()
    return head + array.astype(np.uint8).tobytes()


def idx_folder(folder: Path, seed: int, *, compressed: bool = True, classes: int = 10) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    images = random_images(300, 28, seed, 1)[..., 0]
    labels = np.arange(300) % classes
    arrays = (images[:240], labels[:240], images[240:], labels[240:])
    for name, array in zip(IDX_FILES, arrays, strict=True):
        data = idx_bytes(array)
        if compressed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(data, mtime=0))
        else:
            (folder / name).write_bytes(data)


def idx_plain(folder: Path, seed: int) -> None:
    idx_folder(folder, seed, compressed=False)


def tiny_imagenet(folder: Path, seed: int) -> None:
    root = folder / "tiny-imagenet-200"
    classes = ["n01443537", "n01629819", "n01641577"]
    images = iter(random_images(75, 64, seed))
    for name in classes:
        inner = root / "train" / name / "images"
        inner.mkdir(parents=True)
        for number in range(20):
            (inner / f"{name}_{number}.JPEG").write_bytes(png(next(images)))
    (root / "val" / "images").mkdir(parents=True)
    lines = []
    for number, pixels in enumerate(images):
        (root / "val" / "images" / f"val_{number}.JPEG").write_bytes(png(pixels))
        lines.append(f"val_{number}.JPEG\t{classes[number % 3]}\t0\t0\t63\t63\n")
    (root / "val" / "val_annotations.txt").write_text("".join(lines))
    (root / "wnids.txt").write_text("\n".join(classes) + "\n")


def tiny_imagenet_tar(folder: Path, seed: int) -> None:
    tiny_imagenet(folder / "inner", seed)
    tar_folder(folder / "inner", folder / "tiny-imagenet-200.tar.gz")


def tiny_imagenet_zip(folder: Path, seed: int) -> None:
    tiny_imagenet(folder / "inner", seed)
    with zipfile.ZipFile(folder / "tiny-imagenet-200.zip", "w") as archive:
        for item in sorted((folder / "inner").rglob("*")):
            archive.write(item, item.relative_to(folder / "inner"))
    shutil.rmtree(folder / "inner")


def words(count: int, seed: int, length: int = 6) -> list[str]:
    rng = np.random.default_rng(seed)
    letters = rng.integers(0, 26, (count, length))
    return ["".join(chr(97 + letter) for letter in row) for row in letters]


def names(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    distinct = words(200, seed)
    # Ten repeats, and no final line end, as in the release.
    (folder / "names.txt").write_text("\n".join(distinct + distinct[:10]))


def sentences(count: int, seed: int) -> list[str]:
    flat = words(count * 5, seed)
    return [" ".join(flat[5 * n : 5 * n + 5]) for n in range(count)]


def shakespeare(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "input.txt").write_text("\n".join(sentences(100, seed)) + "\n")


def wikitext(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, (split, lines) in enumerate((("train", 80), ("valid", 10), ("test", 10))):
        text = "".join(f" {line} \n" for line in sentences(lines, 10 * seed + number))
        (folder / f"{split}.txt").write_text(f" \n = Title = \n \n{text}")


def imdb_folder(folder: Path, seed: int) -> None:
    texts = iter(sentences(200, seed))
    repeated = {}
    for split, count in (("train", 60), ("test", 20)):
        for label in ("neg", "pos"):
            inner = folder / "aclImdb" / split / label
            inner.mkdir(parents=True)
            for number in range(count):
                text = next(texts)
                repeated.setdefault((split, label), text)
                (inner / f"{number}_{1 if label == 'neg' else 10}.txt").write_text(text)
            # The release repeats reviews, also across the splits: here 1 and 1 a class.
            (inner / f"{count}_1.txt").write_text(repeated["train", label])
    (folder / "aclImdb" / "train" / "urls_pos.txt").write_text("not a review")


def imdb_tar(folder: Path, seed: int) -> None:
    imdb_folder(folder / "inner", seed)
    tar_folder(folder / "inner", folder / "aclImdb_v1.tar.gz")


def imdb_csv(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "IMDB Dataset.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["review", "sentiment"])
        for number, text in enumerate(sentences(120, seed)):
            writer.writerow(
                [f'{text}, "quoted"\nsecond line', ["negative", "positive"][number % 2]]
            )


def pair_lines(seed: int) -> str:
    english, french = sentences(150, seed), sentences(150, seed + 1)
    lines = [f"I am {a}.\t{b} !" for a, b in zip(english, french, strict=True)]
    # Shared sentences: one source with two targets, one target with two sources.
    lines += [f"I am {english[0]}.\t{french[1]} ?", f"He is {english[2]}.\t{french[3]}."]
    return "\n".join(lines) + "\n"


def eng_fra(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "eng-fra.txt").write_text(pair_lines(seed))


def eng_fra_zip(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "data.zip", "w") as archive:
        archive.writestr("data/names/Scottish.txt", "Smith\n")
        archive.writestr("data/eng-fra.txt", pair_lines(seed))


def housing_lines(seed: int) -> str:
    rng = np.random.default_rng(seed)
    lines = ["longitude,total_bedrooms,median_house_value,ocean_proximity"]
    for number in range(120):
        longitude, bedrooms = rng.uniform(-124, -114), rng.integers(1, 900)
        place = ("INLAND", "NEAR BAY", "<1H OCEAN")[number % 3]
        shown = "" if number % 10 == 0 else f"{bedrooms}.0"
        lines.append(f"{longitude:.4f},{shown},{rng.uniform(1e4, 5e5):.1f},{place}")
    return "\n".join(lines) + "\n"


def housing(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "california-housing.csv").write_text(housing_lines(seed))


def wine_quality(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    rows = [f"{rng.uniform(4, 15):.3f};{rng.uniform(0, 2):.3f};{n % 3 + 4}" for n in range(120)]
    header = '"fixed acidity";"volatile acidity";"quality"'
    (folder / "winequality-red.csv").write_text("\n".join([header, *rows, *rows[:5]]) + "\n")


def own_table(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(housing_lines(seed))


def own_images(path: Path, seed: int) -> None:
    for number, pixels in enumerate(random_images(60, 8, seed)):
        place = path / ("cat", "dog")[number % 2] / f"{number:03}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(png(pixels))


def own_masks(path: Path, seed: int) -> None:
    for number, pixels in enumerate(random_images(40, 8, seed)):
        for kind, found in (("images", pixels), ("masks", pixels[..., 0] // 128)):
            place = path / kind / f"{number:03}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(png(found))


def own_split_masks(path: Path, seed: int) -> None:
    own_masks(path, seed)
    for file in sorted(path.glob("*/*.png")):
        split = ("train", "train", "train", "val", "test")[int(file.stem) % 5]
        place = path / split / file.parent.name / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        file.rename(place)
    for kind in ("images", "masks"):
        (path / kind).rmdir()


def own_split_images(path: Path, seed: int) -> None:
    for number, pixels in enumerate(random_images(60, 8, seed)):
        split = ("train", "train", "train", "val", "test")[number // 2 % 5]
        place = path / split / ("cat", "dog")[number % 2] / f"{number:03}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(png(pixels))


def own_class_folders(path: Path, seed: int) -> None:
    for number, text in enumerate(sentences(60, seed)):
        place = path / ("bad", "good")[number % 2] / f"{number}.txt"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def own_class_files(path: Path, seed: int) -> None:
    path.mkdir(parents=True)
    (path / "Irish.txt").write_text("\n".join(words(40, seed)) + "\n")
    (path / "Polish.txt").write_text("\n".join(words(40, seed + 1)) + "\n")


def own_text(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(sentences(100, seed)) + "\n")


def own_pairs(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(pair_lines(seed))


def own_series(path: Path, seed: int) -> None:
    """A year of days with a weekly season."""
    path.parent.mkdir(parents=True, exist_ok=True)
    days = np.arange("2025-01-01", "2026-01-01", dtype="datetime64[D]")
    values = np.sin(np.arange(len(days)) * 2 * np.pi / 7)
    values += np.random.default_rng(seed).normal(size=len(days)) * 0.3
    lines = [f"{day},{value:.4f}" for day, value in zip(days, values, strict=True)]
    path.write_text("\n".join(["day,sales", *lines]) + "\n")
