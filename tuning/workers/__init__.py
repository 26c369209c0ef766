"""Processes that run trials, and what they run."""
