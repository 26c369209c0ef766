"""Tasks: what classification, regression, language modelling and translation need."""
