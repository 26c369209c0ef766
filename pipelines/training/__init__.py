"""Training: one compiled loop per epoch, options, objectives and single runs."""

import os

# TensorFlow's notes about the processor would bury the program's own output.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
