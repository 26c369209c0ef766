"""Datasets, input pipelines, recipes, training, reports and the command line."""
