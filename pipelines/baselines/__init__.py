"""Simple methods that a trained model must beat, where scikit-learn has none."""
