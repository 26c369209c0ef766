"""Readers: one file for each format that data are kept in."""
