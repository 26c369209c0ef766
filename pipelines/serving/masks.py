"""Masks as shares of classes and as PNG files."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tuning.files import whole_file

if TYPE_CHECKING:
    import pandas as pd

# Black for the background, then Okabe and Ito's colours, over and over.
_COLOURS = (
    (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66),
    (0, 114, 178), (213, 94, 0), (204, 121, 167),
)  # fmt: skip
PALETTE = np.array([(0, 0, 0), *(_COLOURS[n % len(_COLOURS)] for n in range(255))], np.uint8)


@dataclass(frozen=True)
class MaskOutput:
    """The likeliest class of every pixel.

    Attributes:
        classes: Names in the order of the logits.

    Example:
        >>> frame = MaskOutput(("sky", "sea")).frame(np.eye(2).reshape(1, 1, 2, 2))
        >>> float(frame["share(sea)"][0]), read_mask(frame["mask"][0]).tolist()
        (0.5, [[0, 1]])
    """

    classes: tuple[str, ...]

    def frame(self, outputs: np.ndarray) -> pd.DataFrame:
        """A column `share(CLASS)` for each class, and `mask`: a PNG file as base64 text."""
        import pandas as pd

        masks = outputs.argmax(axis=-1)
        columns: dict[str, Any] = {
            f"share({name})": (masks == number).mean(axis=(1, 2))
            for number, name in enumerate(self.classes)
        }
        files = [base64.b64encode(png(mask)).decode("ascii") for mask in masks]
        return pd.DataFrame({**columns, "mask": files})


def coloured(masks: np.ndarray) -> np.ndarray:
    """Masks of class numbers as pictures, `float[n, height, width, 3]` in [0, 1]."""
    return PALETTE[np.asarray(masks)] / 255


def png(mask: np.ndarray, *, size: tuple[int, int] | None = None) -> bytes:
    """A PNG file of a mask, whose pixels are class numbers shown in colours.

    Args:
        mask: Class numbers, `int[height, width]` below 256.
        size: `(height, width)` that it is brought to by the nearest pixel.
    """
    from PIL import Image

    image = Image.fromarray(mask.astype(np.uint8), mode="P")
    image.putpalette(PALETTE.tobytes())
    if size is not None and size != mask.shape:
        image = image.resize((size[1], size[0]), Image.Resampling.NEAREST)
    stream = io.BytesIO()
    image.save(stream, "png")
    return stream.getvalue()


def read_mask(text: str) -> np.ndarray:
    """Class numbers `uint8[height, width]` of a mask in base64."""
    from PIL import Image

    with Image.open(io.BytesIO(base64.b64decode(text))) as image:
        return np.asarray(image)


def write_masks(masks: Sequence[str], sources: Any, folder: Path) -> list[Path]:
    """Writes masks as PNG files, named after their images and in their size.

    Args:
        masks: In base64, as `MaskOutput` gives them.
        sources: The image files; of anything else masks are numbered.
        folder: Made where it is missing; each file appears whole or not at all.

    Returns:
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stems = [Path(s).stem if isinstance(s, str) else f"{n:05}" for n, s in enumerate(sources)]
    if len(set(stems)) < len(stems):  # a.jpg beside a.png
        stems = [Path(source).name for source in sources]
    files = []
    for stem, source, text in zip(stems, sources, masks, strict=True):
        file = folder / f"{stem}.png"
        with whole_file(file) as partial:
            partial.write_bytes(png(read_mask(text), size=_stored_size(source)))
        files.append(file)
    return files


def _stored_size(source: Any) -> tuple[int, int] | None:
    """`(height, width)` of an image file as it is shown; None for pixels."""
    if not isinstance(source, str):
        return None
    from PIL import Image, ImageOps

    with Image.open(source) as image:
        turned = ImageOps.exif_transpose(image)
        return turned.height, turned.width
