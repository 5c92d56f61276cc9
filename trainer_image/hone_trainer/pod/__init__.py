"""The life of one pod: its guardian, its heartbeat, its place in the gang, its last word."""
