"""Hyperparameters of training: their names, their checks, and what they build."""
