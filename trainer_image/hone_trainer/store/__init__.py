"""Artifacts in a folder or a bucket: read, written, committed."""
