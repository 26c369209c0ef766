"""The figures that the source documents report, and what of them is covered."""
