"""The logic of one search: what is tried next, what is given up, how trials end."""
