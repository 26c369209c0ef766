"""The datasets that are read from a data folder and have a public address."""

from __future__ import annotations

from pipelines.datasets.entry import DatasetEntry, RemoteFile

_GITHUB = "https://raw.githubusercontent.com"
_MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist"
_FASHION = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
_WIKITEXT = f"{_GITHUB}/pytorch/examples/main/word_language_model/data/wikitext-2"

IDX_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
_IDX_LAYOUTS = (tuple(f"{name}.gz" for name in IDX_FILES), IDX_FILES)
_MNIST_SHA256 = (
    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
)

IMAGES = (
    DatasetEntry(
        name="cifar10",
        loader="pipelines.datasets.named.cifar:cifar10",
        modality="image",
        task="classification",
        summary="60,000 colour images, 32x32, 10 classes",
        source="Krizhevsky 2009, cs.toronto.edu/~kriz/cifar.html",
        licence="none stated",
        megabytes=170.5,
        folder="cifar10",
        layouts=(
            ("cifar-10-batches-py/data_batch_5", "cifar-10-batches-py/test_batch"),
            ("cifar-10-python.tar.gz",),
            ("cifar-10-batches-bin/data_batch_5.bin", "cifar-10-batches-bin/test_batch.bin"),
            ("cifar-10-binary.tar.gz",),
            ("cifar10.npz",),
            ("cifar10*.tar*",),
            ("train/*", "test/*"),
        ),
        files=(
            RemoteFile(
                path="cifar-10-python.tar.gz",
                address="https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
                sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            ),
        ),
    ),
    DatasetEntry(
        name="mnist",
        loader="pipelines.datasets.formats.idx:mnist",
        modality="image",
        task="classification",
        summary="70,000 handwritten digits, 28x28 grey, 10 classes",
        source="LeCun, Cortes and Burges, yann.lecun.com/exdb/mnist",
        licence="CC BY-SA 3.0",
        megabytes=11.6,
        folder="mnist",
        layouts=_IDX_LAYOUTS,
        files=tuple(
            RemoteFile(path=f"{name}.gz", address=f"{_MNIST}/{name}.gz", sha256=digest)
            for name, digest in zip(IDX_FILES, _MNIST_SHA256, strict=True)
        ),
    ),
    DatasetEntry(
        name="fashion-mnist",
        loader="pipelines.datasets.formats.idx:fashion_mnist",
        modality="image",
        task="classification",
        summary="70,000 pieces of clothing, 28x28 grey, 10 classes",
        source="Xiao, Rasul and Vollgraf 2017, github.com/zalandoresearch/fashion-mnist",
        licence="MIT",
        megabytes=30.9,
        folder="fashion-mnist",
        layouts=_IDX_LAYOUTS,
        files=tuple(
            RemoteFile(path=f"{name}.gz", address=f"{_FASHION}/{name}.gz") for name in IDX_FILES
        ),
    ),
    DatasetEntry(
        name="tiny-imagenet",
        loader="pipelines.datasets.named.tiny_imagenet:tiny_imagenet",
        modality="image",
        task="classification",
        summary="110,000 colour images, 64x64, 200 classes",
        source="Stanford CS231n, image-net.org",
        licence="none stated",
        megabytes=248.1,
        folder="tiny-imagenet",
        layouts=(
            ("tiny-imagenet-200/wnids.txt", "tiny-imagenet-200/val/val_annotations.txt"),
            ("wnids.txt", "val/val_annotations.txt"),
            ("tiny-imagenet*.zip",),
            ("tiny-imagenet*.tar*",),
        ),
        files=(
            RemoteFile(
                path="tiny-imagenet-200.zip",
                address="http://cs231n.stanford.edu/tiny-imagenet-200.zip",
                sha256="6198c8ae015e2b3e007c7841da39ec069199b9aa3bfa943a462022fe5e43c821",
            ),
        ),
    ),
)

TEXTS = (
    DatasetEntry(
        name="names",
        loader="pipelines.datasets.named.corpora:names",
        modality="language-model",
        task="language-model",
        summary="29,494 distinct first names, a to z",
        source="github.com/karpathy/makemore, from ssa.gov",
        licence="MIT (repository)",
        megabytes=0.2,
        folder="names",
        layouts=(("names.txt",),),
        files=(
            RemoteFile(
                path="names.txt",
                address=f"{_GITHUB}/karpathy/makemore/master/names.txt",
                sha256="0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
            ),
        ),
    ),
    DatasetEntry(
        name="tiny-shakespeare",
        loader="pipelines.datasets.named.corpora:tiny_shakespeare",
        modality="language-model",
        task="language-model",
        summary="1,115,394 characters of Shakespeare's plays",
        source="github.com/karpathy/char-rnn",
        licence="MIT (repository)",
        megabytes=1.1,
        folder="tinyshakespeare",
        layouts=(("input.txt",),),
        files=(
            RemoteFile(
                path="input.txt",
                address=f"{_GITHUB}/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
                sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            ),
        ),
    ),
    DatasetEntry(
        name="wikitext-2",
        loader="pipelines.datasets.named.corpora:wikitext2",
        modality="language-model",
        task="language-model",
        summary="2,088,628 training tokens of Wikipedia, 33,278 word types",
        source="Merity et al. 2016",
        licence="CC BY-SA 4.0",
        megabytes=13.2,
        folder="wikitext-2",
        layouts=(("train.txt", "valid.txt", "test.txt"),),
        files=(
            RemoteFile(path="train.txt", address=f"{_WIKITEXT}/train.txt"),
            RemoteFile(
                path="valid.txt",
                address=f"{_WIKITEXT}/valid.txt",
                sha256="f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8",
            ),
            RemoteFile(
                path="test.txt",
                address=f"{_WIKITEXT}/test.txt",
                sha256="d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0",
            ),
        ),
    ),
    DatasetEntry(
        name="imdb",
        loader="pipelines.datasets.named.imdb:imdb",
        modality="text",
        task="classification",
        summary="50,000 film reviews, positive or negative",
        source="Maas et al. 2011, ai.stanford.edu/~amaas/data/sentiment",
        licence="none stated (citation asked)",
        megabytes=84.1,
        folder="imdb",
        layouts=(
            ("aclImdb/train/pos/*.txt", "aclImdb/test/neg/*.txt"),
            ("aclImdb*.tar*",),
            ("*.csv",),
        ),
        files=(
            RemoteFile(
                path="aclImdb_v1.tar.gz",
                address="https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
                sha256="c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
            ),
        ),
    ),
    DatasetEntry(
        name="eng-fra",
        loader="pipelines.datasets.named.eng_fra:eng_fra",
        modality="pairs",
        task="translation",
        summary="English and French sentence pairs of the Tatoeba project",
        source="manythings.org/anki and tatoeba.org",
        licence="CC BY 2.0",
        megabytes=2.9,
        folder="eng-fra",
        layouts=(("eng-fra.txt",), ("fra.txt",), ("*.zip",)),
        files=(
            RemoteFile(path="data.zip", address="https://download.pytorch.org/tutorial/data.zip"),
        ),
    ),
)

TABLES = (
    DatasetEntry(
        name="california-housing",
        loader="pipelines.datasets.named.tables:california_housing",
        modality="tabular",
        task="regression",
        summary="20,640 districts, 9 columns, median house value",
        source="Pace and Barry 1997; github.com/ageron/handson-ml2",
        licence="Apache-2.0 (repository)",
        megabytes=1.4,
        folder="tabular",
        layouts=(("california-housing.csv",),),
        files=(
            RemoteFile(
                path="california-housing.csv",
                address=f"{_GITHUB}/ageron/handson-ml2/master/datasets/housing/housing.csv",
                sha256="8a3727f4cf54ac1a327f69b1d5b4db54c5834ea81c6e4efc0d163300022a685e",
            ),
        ),
    ),
    DatasetEntry(
        name="wine-quality",
        loader="pipelines.datasets.named.tables:wine_quality",
        modality="tabular",
        task="regression",
        summary="1,599 red wines, 11 measurements, quality 3 to 8",
        source="Cortez et al. 2009, archive.ics.uci.edu",
        licence="CC BY 4.0",
        megabytes=0.1,
        folder="tabular",
        layouts=(("winequality-red.csv",),),
        files=(
            RemoteFile(
                path="winequality-red.csv",
                address="https://archive.ics.uci.edu/ml/machine-learning-databases/"
                "wine-quality/winequality-red.csv",
                sha256="4a402cf041b025d4566d954c3b9ba8635a3a8a01e039005d97d6a710278cf05e",
            ),
        ),
    ),
)
