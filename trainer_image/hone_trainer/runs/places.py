"""Where runs are looked for if nobody says."""

ARTIFACTS = ".hone/artifacts"
"""Where `hone run` puts what it makes."""
FIELD = "ARTIFACTS"
"""What messages call the place: it is a word of a command, and no field of a job."""
