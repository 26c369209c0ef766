"""The datasets that have a name."""

from __future__ import annotations

from pipelines.datasets.catalog_public import IMAGES, TABLES, TEXTS
from pipelines.datasets.entry import DatasetEntry

_SKLEARN = "scikit-learn, from the UCI repository"
BUNDLED = (
    DatasetEntry(
        name="digits",
        loader="pipelines.datasets.named.bundled:digits",
        modality="image",
        task="classification",
        summary="1,797 handwritten digits, 8x8 grey, 10 classes",
        source=_SKLEARN,
        licence="CC BY 4.0",
    ),
    DatasetEntry(
        name="breast-cancer",
        loader="pipelines.datasets.named.bundled:breast_cancer",
        modality="tabular",
        task="classification",
        summary="569 tumours, 30 measurements, malignant or benign",
        source=_SKLEARN,
        licence="CC BY 4.0",
    ),
    DatasetEntry(
        name="wine",
        loader="pipelines.datasets.named.bundled:wine",
        modality="tabular",
        task="classification",
        summary="178 wines, 13 measurements, 3 growers",
        source=_SKLEARN,
        licence="CC BY 4.0",
    ),
    DatasetEntry(
        name="iris",
        loader="pipelines.datasets.named.bundled:iris",
        modality="tabular",
        task="classification",
        summary="150 irises, 4 measurements, 3 species",
        source=_SKLEARN,
        licence="CC BY 4.0",
    ),
    DatasetEntry(
        name="diabetes",
        loader="pipelines.datasets.named.bundled:diabetes",
        modality="tabular",
        task="regression",
        summary="442 patients, 10 measurements, progress after a year",
        source="scikit-learn, from Efron et al. 2004",
        licence="none stated",
    ),
    DatasetEntry(
        name="make-classification",
        loader="pipelines.datasets.named.bundled:make_classification",
        modality="tabular",
        task="classification",
        summary="1,000 generated rows, 20 features, 2 classes",
        source="sklearn.datasets.make_classification(random_state=42)",
        licence="generated",
    ),
    DatasetEntry(
        name="shapes",
        loader="pipelines.datasets.named.shapes:shapes",
        modality="image",
        task="segmentation",
        summary="600 drawn images, 32x32 colour, with masks of discs, squares and triangles",
        source="drawn by pipelines.datasets.named.shapes",
        licence="generated",
    ),
)

OWN_DATA = (
    DatasetEntry(
        name="tabular-file",
        loader="pipelines.datasets.formats.tabular:load_tabular",
        modality="tabular",
        task="classification",
        summary="your CSV, TSV or Parquet file",
        source="yours",
        licence="yours",
    ),
    DatasetEntry(
        name="image-folder",
        loader="pipelines.datasets.formats.image_folder:load_images",
        modality="image",
        task="classification",
        summary="your folder, tar or zip of images (a folder per class), or idx files",
        source="yours",
        licence="yours",
    ),
    DatasetEntry(
        name="mask-folder",
        loader="pipelines.datasets.formats.mask_folder:load_masks",
        modality="image",
        task="segmentation",
        summary="your folder, tar or zip of images/ and masks/ with the same file names",
        source="yours",
        licence="yours",
    ),
    DatasetEntry(
        name="text-classes",
        loader="pipelines.datasets.formats.text_classes:load_text_classes",
        modality="text",
        task="classification",
        summary="your texts: a folder per class, or a file per class with a line per text",
        source="yours",
        licence="yours",
    ),
    DatasetEntry(
        name="plain-text",
        loader="pipelines.datasets.named.corpora:load_plain_text",
        modality="language-model",
        task="language-model",
        summary="your text file or folder, as one stream or as one item a line",
        source="yours",
        licence="yours",
    ),
    DatasetEntry(
        name="series-file",
        loader="pipelines.datasets.formats.series:load_series",
        modality="series",
        task="forecast",
        summary="your CSV or Parquet file with a column of times and one of numbers",
        source="yours",
        licence="yours",
    ),
    DatasetEntry(
        name="pair-file",
        loader="pipelines.datasets.formats.pairs:load_pairs",
        modality="pairs",
        task="translation",
        summary="your file with source and target sentences, tab separated",
        source="yours",
        licence="yours",
    ),
)

CATALOG: dict[str, DatasetEntry] = {
    entry.name: entry for entry in (*BUNDLED, *IMAGES, *TEXTS, *TABLES, *OWN_DATA)
}
