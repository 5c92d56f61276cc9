"""The data set that preparation leaves: its schema, its shards, its rows in memory."""
