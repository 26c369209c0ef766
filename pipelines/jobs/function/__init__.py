"""Jobs whose target is any Python function."""
