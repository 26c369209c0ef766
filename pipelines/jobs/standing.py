"""What a winner is beside something else, as words that the study keeps."""

from __future__ import annotations

BETTER, WORSE = "better", "worse"  # beyond the noise
UNCLEAR = "unclear"  # within it
SAME = "same"  # they are one
