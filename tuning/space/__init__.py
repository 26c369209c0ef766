"""The search space: hyperparameters, their ranges and conditions."""
