"""Pages in a real browser: whether anything is cut off, only a layout can tell."""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import packages, patience
from lab.faults import Missing
from lab.pytest_plugin import without

NAMES = ("chromium", "chromium-browser", "google-chrome")
MEASURE = """
const said = [];
for (const frame of document.querySelectorAll("iframe")) {
  const page = frame.contentDocument;
  for (const folded of page.querySelectorAll("details")) folded.open = true;
  const inside = (part) => part.closest(".wide") || part.closest("svg");
  const cut = [...page.body.querySelectorAll("*")].filter((part) => !inside(part) && (
    part.getBoundingClientRect().right > page.documentElement.clientWidth + 1 ||
    (part.clientWidth > 0 && part.scrollWidth > part.clientWidth + 1)));
  said.push({width: page.documentElement.clientWidth, needs: page.documentElement.scrollWidth,
    cut: cut.map((part) => part.outerHTML.slice(0, 120))});
}
document.body.dataset.said = JSON.stringify(said);
"""


@dataclass(frozen=True)
class Layout:
    """A page in a window, with all that can be unfolded unfolded.

    Attributes:
        width: of the window.
        needs: how wide the page is; more than ``width`` means that it scrolls sideways.
        cut: what lies outside the window, or is wider than its own box.
    """

    width: int
    needs: int
    cut: tuple[str, ...]


def chromium() -> str:
    """Find or install a browser; where none can be had, skip, which in CI is a fault."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    try:
        packages.ensure(packages.BROWSER)
    except Missing as missing:
        without(missing)
    return NAMES[0]


def lay_out(page: str, widths: Sequence[int], folder: Path) -> list[Layout]:
    """Lay a page out in windows of some widths.

    Args:
        page: HTML.
        widths: of the windows.
        folder: an empty place.
    """
    frames = "".join(
        f'<iframe srcdoc="{html.escape(page)}" style="border:0;width:{width}px;height:900px">'
        "</iframe>"
        for width in widths
    )
    script = f"onload = () => {{{MEASURE}}}"
    (folder / "page.html").write_text(f"<!doctype html><script>{script}</script><body>{frames}")
    dom = _run(["--dump-dom", (folder / "page.html").as_uri()], folder)
    found = re.search(r'data-said="([^"]*)"', dom)
    assert found, f"the browser measured nothing: {dom[-500:]}"
    said = json.loads(html.unescape(found.group(1)))
    return [Layout(one["width"], one["needs"], tuple(one["cut"])) for one in said]


def _run(arguments: Sequence[str], folder: Path) -> str:
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    flags += [
        f"--user-data-dir={folder / 'profile'}",
        "--hide-scrollbars",
        "--window-size=1400,900",
    ]
    command = [chromium(), *flags, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=patience.seconds(120), check=True
    )
    return done.stdout
