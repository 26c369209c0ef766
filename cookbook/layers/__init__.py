"""Layers for tables: embeddings of numeric columns, and many networks in one."""
