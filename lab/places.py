"""Where the room keeps things: all of it outside the checkout, so `git clean` can do no harm.

What is costly to make (binaries, images) is shared by every checkout of this user; what belongs to
one running box (process ids, certificates, credentials) is keyed by the checkout's path.
"""

import hashlib
import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def cache() -> Path:
    """Return the folder of everything that is worth keeping between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "hone-lab"


def state(checkout: Path = CHECKOUT) -> Path:
    """Return the folder of the box that belongs to a checkout.

    Args:
        checkout: the root of the working tree that the box serves.
    """
    key = hashlib.sha256(str(checkout).encode()).hexdigest()[:12]
    return cache() / "boxes" / key


def private(folder: Path) -> Path:
    """Create a folder that only this user may read, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder
