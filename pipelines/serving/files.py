"""Names of the two files of a saved model."""

MODEL_FILE, CONFIG_FILE = "model.keras", "serving.json"
