"""Settings that every test shares."""

from __future__ import annotations

import os

# Set before anything imports TensorFlow: its start-up notes are not test output, and two
# threads per process leave room for the workers that the service tests start.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")
