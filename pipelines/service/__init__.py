"""The tuning service's own rules for jobs: what may be submitted, and how a worker reads it."""
