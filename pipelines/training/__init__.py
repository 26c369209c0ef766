"""Training: one compiled loop per epoch, options, objectives and single runs."""
