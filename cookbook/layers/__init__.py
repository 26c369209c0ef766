"""Embeddings of rare words and of numeric columns, attention to columns, networks in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_names

if TYPE_CHECKING:
    from cookbook.layers.adaptive_embedding import AdaptiveEmbedding as AdaptiveEmbedding
    from cookbook.layers.column_attention import ColumnAttention as ColumnAttention
    from cookbook.layers.members import MemberAverage as MemberAverage
    from cookbook.layers.members import MemberDense as MemberDense
    from cookbook.layers.members import MemberHeads as MemberHeads
    from cookbook.layers.members import RandomSigns as RandomSigns
    from cookbook.layers.numeric_embeddings import Columns as Columns
    from cookbook.layers.numeric_embeddings import PeriodicEmbedding as PeriodicEmbedding
    from cookbook.layers.numeric_embeddings import (
        PiecewiseLinearEmbedding as PiecewiseLinearEmbedding,
    )

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "adaptive_embedding": ["AdaptiveEmbedding"],
        "column_attention": ["ColumnAttention"],
        "members": ["MemberAverage", "MemberDense", "MemberHeads", "RandomSigns"],
        "numeric_embeddings": ["Columns", "PeriodicEmbedding", "PiecewiseLinearEmbedding"],
    },
)
__all__ = __dir__()
