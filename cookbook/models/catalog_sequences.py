"""Recurrent and sequence-to-sequence models of the catalogue."""

from __future__ import annotations

from cookbook.models.entry import ModelEntry

SEQUENCES: tuple[ModelEntry, ...] = ()
