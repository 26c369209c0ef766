"""Searches over things that are no Keras models; each job file here runs as it is."""
