"""What is particular to images, texts, pairs and the cache of decoded arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.datasets import DataError, load_dataset
from pipelines.datasets.cache import cache_folder, cached
from pipelines.datasets.formats.archives import read_members
from pipelines.datasets.formats.images import ImageFiles, decode_image
from pipelines.datasets.formats.pairs import references, sentence_groups
from pipelines.datasets.formats.text_classes import load_text_classes
from pipelines.datasets.locate import form_of, locate
from pipelines.datasets.named.corpora import load_plain_text
from pipelines.datasets.named.eng_fra import plain_ascii
from tests.pipelines.datasets import makers


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_kind_of_image_decodes(tmp_path: Path, mode: str, channels: int) -> None:
    path = tmp_path / ("a.tiff" if mode == "CMYK" else "a.png")
    Image.new(mode, (6, 4)).save(path)
    pixels = decode_image(path.read_bytes(), path=path, channels=channels)
    assert (pixels.shape, pixels.dtype) == ((4, 6, channels), np.uint8)


def test_a_palette_with_transparency_decodes(tmp_path: Path) -> None:
    image = Image.new("P", (4, 4))
    image.save(tmp_path / "a.png", transparency=b"\x00\x80")
    data = (tmp_path / "a.png").read_bytes()
    assert decode_image(data, path="a.png").shape == (4, 4, 3)


def test_resizing_keeps_a_plain_colour() -> None:
    red = np.zeros((10, 20, 3), np.uint8)
    red[..., 0] = 200
    small = decode_image(makers.png(red), path="a.png", size=(4, 5))
    assert small.shape == (4, 5, 3)
    assert (small == [200, 0, 0]).all()


def test_a_truncated_image_is_refused() -> None:
    data = makers.png(makers.random_images(1, 32, 0)[0])
    with pytest.raises(DataError, match=r"a.png: the image does not decode"):
        decode_image(data[: len(data) // 2], path="a.png")


def test_images_on_disk_behave_like_rows(tmp_path: Path) -> None:
    makers.own_images(tmp_path / "mine", 1)
    on_disk = load_dataset("image-folder", path=tmp_path / "mine", in_memory=False)
    decoded = load_dataset("image-folder", path=tmp_path / "mine", cache_dir=tmp_path / "cache")
    files = on_disk.train.x
    assert isinstance(files, ImageFiles)
    assert files.shape == decoded.train.x.shape
    assert np.array_equal(files.read(3), decoded.train.x[3])
    assert len(files[:5]) == 5
    assert files[np.array([2, 0])].paths == (files.paths[2], files.paths[0])
    assert np.array_equal(on_disk.train.y, decoded.train.y)


def test_the_same_image_twice_stays_in_one_split(tmp_path: Path) -> None:
    makers.own_images(tmp_path / "mine", 1)
    for number in range(0, 60, 2):
        source = tmp_path / "mine" / "cat" / f"{number:03}.png"
        source.with_name(f"copy-{number}.png").write_bytes(source.read_bytes())
    for in_memory in (True, False):
        dataset = load_dataset(
            "image-folder",
            path=tmp_path / "mine",
            cache_dir=tmp_path / "cache",
            in_memory=in_memory,
        )
        parts = [dataset.train.x, dataset.validation.x, dataset.test.open("compare").x]
        if in_memory:
            sets = [{image.tobytes() for image in part} for part in parts]
        else:
            sets = [{part.read(row).tobytes() for row in range(len(part))} for part in parts]
        assert sum(len(part) for part in sets) == len(set.union(*sets)) == 60


def test_given_splits_drop_what_the_test_split_holds(tmp_path: Path) -> None:
    makers.own_split_images(tmp_path / "mine", 1)
    held_out = next((tmp_path / "mine" / "test" / "cat").iterdir())
    (tmp_path / "mine" / "train" / "cat" / "leak.png").write_bytes(held_out.read_bytes())
    dataset = load_dataset("image-folder", path=tmp_path / "mine", cache_dir=tmp_path / "cache")
    assert len(dataset.train) == 36
    assert "dropped 1 train rows that also occur in validation or test" in dataset.notes


def test_a_missing_split_is_carved_from_train(tmp_path: Path) -> None:
    makers.own_split_images(tmp_path / "mine", 1)
    (tmp_path / "mine" / "val").rename(tmp_path / "mine" / "training")
    dataset = load_dataset("image-folder", path=tmp_path / "mine", cache_dir=tmp_path / "cache")
    # 48 rows in train and training; 15 % of them are 7.
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (41, 7, 12)
    assert "carved 7 validation rows from train: none were given" in dataset.notes


def test_mixed_given_and_loose_folders_are_refused(tmp_path: Path) -> None:
    makers.own_split_images(tmp_path / "mine", 1)
    (tmp_path / "mine" / "test").rename(tmp_path / "mine" / "more")
    with pytest.raises(DataError, match="either no item or every item lies in a split folder"):
        load_dataset("image-folder", path=tmp_path / "mine", cache_dir=tmp_path / "cache")


def test_class_files_and_class_folders_agree(tmp_path: Path) -> None:
    makers.own_class_files(tmp_path / "files", 1)
    for file in (tmp_path / "files").iterdir():
        inner = tmp_path / "folders" / "wrapped" / file.stem
        inner.mkdir(parents=True)
        for number, line in enumerate(file.read_text().split()):
            (inner / f"{number:03}.txt").write_text(line)
    files = load_text_classes(tmp_path / "files")
    folders = load_text_classes(tmp_path / "folders")
    assert files.classes == folders.classes == ("Irish", "Polish")
    assert files.fingerprint == folders.fingerprint


def test_repeated_and_contradictory_texts(tmp_path: Path) -> None:
    makers.own_class_files(tmp_path / "mine", 1)
    polish = tmp_path / "mine" / "Polish.txt"
    first_irish = (tmp_path / "mine" / "Irish.txt").read_text().split()[0]
    lines = polish.read_text().split()
    polish.write_text("\n".join([*lines, lines[0], first_irish]))
    dataset = load_text_classes(tmp_path / "mine")
    assert "dropped 1 repeated texts" in dataset.notes
    assert "1 texts occur under more than one class" in dataset.notes
    parts = [set(dataset.train.x), set(dataset.validation.x), set(dataset.test.open("all").x)]
    assert sum(first_irish in part for part in parts) == 1


def test_a_stream_keeps_every_character_in_order(tmp_path: Path) -> None:
    makers.own_text(tmp_path / "a.txt", 1)
    text = (tmp_path / "a.txt").read_text()
    dataset = load_plain_text(tmp_path / "a.txt")
    parts = (dataset.train.x, dataset.validation.x, dataset.test.open("join").x)
    assert "".join(parts) == text
    assert all(part.endswith("\n") for part in parts)
    assert len(parts[2]) == pytest.approx(0.1 * len(text), abs=40)


def test_a_folder_of_texts_is_one_stream(tmp_path: Path) -> None:
    for name in ("a", "b"):
        makers.own_text(tmp_path / "mine" / f"{name}.txt", ord(name))
    assert load_plain_text(tmp_path / "mine").train.x.startswith(
        (tmp_path / "mine" / "a.txt").read_text()
    )


def test_shakespeare_is_cut_where_nanogpt_cuts(tmp_path: Path) -> None:
    makers.shakespeare(tmp_path / "tinyshakespeare", 1)
    text = (tmp_path / "tinyshakespeare" / "input.txt").read_text()
    dataset = load_dataset("tiny-shakespeare", data_dir=tmp_path)
    assert dataset.train_and_validation().x == text[: int(0.9 * len(text))]
    assert dataset.test.open("compare").x == text[int(0.9 * len(text)) :]


def test_shakespeare_has_a_validation_part_of_the_asked_size(tmp_path: Path) -> None:
    makers.shakespeare(tmp_path / "tinyshakespeare", 1)
    whole = load_dataset("tiny-shakespeare", data_dir=tmp_path)
    small = load_dataset("tiny-shakespeare", data_dir=tmp_path, validation=0.05)
    assert len(small.validation.x) == pytest.approx(len(whole.validation.x) / 2, abs=2)
    assert small.train_and_validation().x == whole.train_and_validation().x
    with pytest.raises(
        ValueError, match=r"`0 < validation < 0\.9` must hold\. Got validation=0\.9"
    ):
        load_dataset("tiny-shakespeare", data_dir=tmp_path, validation=0.9)


def test_linked_pairs_share_a_group() -> None:
    pairs = [
        ("Go on.", "Continue."),
        ("Continue!", "CONTINUE !"),
        ("Keep going.", "continue"),
        ("Stop.", "Halte."),
        ("Stop!", "Arrête."),
        ("No.", "Non."),
    ]
    assert sentence_groups(pairs).tolist() == [0, 0, 0, 1, 1, 2]


def test_references_collect_all_translations(tmp_path: Path) -> None:
    makers.eng_fra(tmp_path / "eng-fra", 1)
    dataset = load_dataset("eng-fra", data_dir=tmp_path)
    parts = (dataset.train, dataset.validation, dataset.test.open("count"))
    counts = [len(targets) for part in parts for targets in references(part).values()]
    # 152 pairs; one English sentence has two translations.
    assert sum(counts) == 152 and sorted(counts)[-2:] == [1, 2]


def test_the_tutorial_subset_reverses_and_reports(tmp_path: Path) -> None:
    makers.eng_fra(tmp_path / "eng-fra", 1)
    dataset = load_dataset("eng-fra", data_dir=tmp_path, subset="tutorial", reverse=True)
    assert dataset.options["languages"] == ("fra", "eng")
    assert all(target.startswith(("i am ", "he is ")) for target in dataset.train.y)
    with pytest.raises(DataError, match="no pair is left of 152"):
        load_dataset("eng-fra", data_dir=tmp_path, max_words=6)


def test_long_pairs_are_left_out_and_counted(tmp_path: Path) -> None:
    lines = [f"{' '.join(['word'] * (n % 5 + 1))} {n}\tmot {n}" for n in range(50)]
    (tmp_path / "a.tsv").write_text("\n".join(lines))
    dataset = load_dataset("pair-file", path=tmp_path / "a.tsv", max_words=3)
    assert dataset.notes == ("kept 20 of 50 pairs: those of at most 3 words",)


def test_an_image_of_the_test_split_is_dropped_from_train(tmp_path: Path) -> None:
    folder = tmp_path / "cifar10"
    makers.cifar_folder(folder, 1)
    held_out = sorted((folder / "test" / "cat").iterdir())[0]
    replaced = sorted((folder / "train" / "dog").iterdir())[0]
    replaced.write_bytes(held_out.read_bytes())
    dataset = load_dataset("cifar10", data_dir=tmp_path, cache_dir=tmp_path / "cache")
    assert len(dataset.train) + len(dataset.validation) == 199
    assert "dropped 1 train rows that also occur in test" in dataset.notes


@pytest.mark.parametrize(
    ("sentence", "plain"),
    [("Ça va ?", "ca va ?"), ("I'm 30.", "i m ."), ("  Où?!", "ou ? !")],
)
def test_plain_ascii(sentence: str, plain: str) -> None:
    assert plain_ascii(sentence) == plain


def test_the_cache_is_memory_mapped_and_read_only(tmp_path: Path) -> None:
    calls = []

    def make() -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
        calls.append(1)
        return {"x": np.arange(6)}, ("a note",)

    first, second = (cached("key", make, tmp_path) for _ in range(2))
    assert len(calls) == 1
    assert isinstance(second.arrays["x"], np.memmap) and not second.arrays["x"].flags.writeable
    assert (first.digest, first.notes) == (second.digest, ("a note",))
    cached("other key", make, tmp_path)
    assert len(calls) == 2


def test_a_damaged_cache_is_made_anew(tmp_path: Path) -> None:
    def make() -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
        return {"x": np.arange(6)}, ()

    cached("key", make, tmp_path)
    (file,) = tmp_path.glob("*/x.npy")
    file.write_bytes(b"damaged")
    assert cached("key", make, tmp_path).arrays["x"].tolist() == [0, 1, 2, 3, 4, 5]
    assert isinstance(cached("key", make, tmp_path).arrays["x"], np.memmap)


def test_a_place_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    found = cached("key", lambda: ({"x": np.arange(3)}, ()), tmp_path / "file" / "cache")
    assert found.arrays["x"].tolist() == [0, 1, 2]


def test_the_cache_lies_in_the_users_cache_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "keras-cookbook" / "datasets"
    assert cache_folder(tmp_path / "mine") == tmp_path / "mine"


def test_the_data_folder_is_not_written_to(tmp_path: Path) -> None:
    makers.cifar_image_tar(tmp_path / "data" / "cifar10", 1)
    before = sorted(tmp_path.joinpath("data").rglob("*"))
    load_dataset("cifar10", data_dir=tmp_path / "data", cache_dir=tmp_path / "cache")
    assert sorted(tmp_path.joinpath("data").rglob("*")) == before


def test_a_folder_reads_like_its_archive(tmp_path: Path) -> None:
    makers.imdb_folder(tmp_path / "one", 1)
    folder = dict(read_members(tmp_path / "one", lambda name: name.endswith(".txt")))
    makers.imdb_tar(tmp_path / "two", 1)
    (archive,) = (tmp_path / "two").glob("*.tar.gz")
    assert dict(read_members(archive, lambda name: name.endswith(".txt"))) == folder


def test_reviews_are_split_anew_by_a_share(tmp_path: Path) -> None:
    makers.imdb_folder(tmp_path / "imdb", 1)
    found = load_dataset("imdb", data_dir=tmp_path, cache_dir=tmp_path / "cache", test=0.25)
    test = found.test.open("a test of the split")
    # A review that occurs in both published halves goes with its equal.
    assert len(test) in (40, 41, 42)
    assert not set(test.x) & {*found.train.x, *found.validation.x}
    with pytest.raises(ValueError, match=r"`0 < test < 1` must hold\. Got test=1\.5"):
        load_dataset("imdb", data_dir=tmp_path, cache_dir=tmp_path / "cache", test=1.5)


def test_the_first_complete_layout_is_taken(tmp_path: Path) -> None:
    makers.cifar_npz(tmp_path, 1)
    assert locate("cifar10", tmp_path)[1] == [tmp_path / "cifar10.npz"]
    assert form_of("cifar10", tmp_path) == "cifar10.npz"
    batches = tmp_path / "cifar-10-batches-bin"
    batches.mkdir()
    for name in ("data_batch_5.bin", "test_batch.bin"):
        (batches / name).touch()
    assert form_of("cifar10", tmp_path) == "cifar-10-batches-bin"
