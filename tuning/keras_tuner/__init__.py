"""KerasTuner's `hp` object over our spaces: users bring `build(hp)` functions as they are."""
