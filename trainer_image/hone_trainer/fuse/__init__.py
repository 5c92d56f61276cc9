"""Several models become one."""
