"""Public data sets through job files, as ``docs/models.md`` states their figures."""
