"""Runs: what the pods of a job put on record of it, and how that is found, named and cleared."""
