"""How figures are written for people, in reports, messages and on the terminal alike."""

LARGE = 1000
"""From here on a figure's unit says enough: fewer digits are shown."""


def decimal(value: float) -> str:
    """Write a figure with the digits by which models are compared: four, of large ones one.

    What rounds to nought has no sign: -0.00001 is 0.0000.
    """
    return f"{value:z.4f}" if abs(value) < LARGE else f"{value:,.1f}"


def signed(value: float) -> str:
    """Write a difference with its sign."""
    return f"{value:+z.4f}" if abs(value) < LARGE else f"{value:+,.1f}"
