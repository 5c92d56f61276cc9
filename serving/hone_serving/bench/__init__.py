"""How fast a bundle answers over HTTP on this machine, beside a handler that does nothing."""
