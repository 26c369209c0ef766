"""Keras 3 models, losses, optimizers, schedules, callbacks and diagnostics.

Imports keras and numpy only, so everything also runs on the JAX and PyTorch backends.
"""
