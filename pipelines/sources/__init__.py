"""The five documents that the project builds on, and what of them it covers."""
