"""What jobs send to MLflow beside the trials."""
