"""Jobs whose target is a `build(hp)` function or a `HyperModel`."""
