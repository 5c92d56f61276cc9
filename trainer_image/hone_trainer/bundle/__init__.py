"""The bundle: all that answers need, in one folder; what a job is for."""
