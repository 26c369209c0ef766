"""Workers on the machines of a Ray cluster: Ray places, sizes and restarts them."""
