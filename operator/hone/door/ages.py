"""Ages as people write them on the command line."""

import argparse
import re
from datetime import timedelta

SECONDS = {"h": 3600, "d": 86_400, "w": 7 * 86_400}
FORM = re.compile(r"(\d{1,6})([hdw])")


def age(text: str) -> timedelta:
    """Read an age: 12h, 30d, 4w."""
    found = FORM.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no age: write 12h, 30d or 4w")
    return timedelta(seconds=int(found[1]) * SECONDS[found[2]])
