"""Builders of uncompiled Keras models; `catalog` lists them without importing Keras."""
