"""Datasets that have a name."""
