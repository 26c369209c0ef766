"""Tuning of recipes and of `build(hp)` functions: search, refit, one test, one report."""
