"""Hyperparameter search over any objective: spaces, strategies, studies, workers, tracking."""
