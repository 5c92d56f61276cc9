"""Text encoders that somebody else has trained."""
