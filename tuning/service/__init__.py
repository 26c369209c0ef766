"""The tuning service: a queue of jobs in the store, and workers that share their slots fairly."""
