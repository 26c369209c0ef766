"""One file per comparison; `pipelines.comparisons.registry` finds them."""
