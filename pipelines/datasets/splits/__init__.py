"""Training, validation and test rows without leaks."""
