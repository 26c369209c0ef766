"""What `python -m benchmarks.document` writes from recipes, records and the table of coverage."""
