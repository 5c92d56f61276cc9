"""The data report as a page that needs nothing else, whatever the columns are called."""

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hone_trainer.html.sheet import STYLE as SHEET
from hone_trainer.html.sheet import frame
from hone_trainer.profile.findings import Findings
from hone_trainer.profile.page import render
from hone_trainer.profile.style import STYLE
from tests.trainer.blocks import block, columns
from tests.trainer.browser import lay_out
from tests.trainer.looked import look
from tests.trainer.shoppers import shop

COUNT = 600
HOSTILE = '<script>alert("&")</script>'
EMPTY = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


def hostile(many: int = 3) -> Findings:
    """Return findings of columns whose names, words, steps and sources are as bad as can be."""
    draw = np.random.default_rng(0)
    parts = np.repeat([0, 1, 2], [400, 100, 100])
    made: dict[str, Any] = {"y": (draw.random(COUNT) < 0.4) * 1.0}
    kinds: dict[str, Any] = {"y": {"label": {}}}
    for k in range(many):
        long = f"{'unbroken' * 7}{k:02d}"
        values = draw.normal(size=COUNT) * 10.0 ** (k % 13) + made["y"] * k
        made[long] = np.where(draw.random(COUNT) < k / many, np.nan, values)
        words = np.array([f"{HOSTILE}{'x' * 11 * w}" for w in range(9)], object)
        made[f"{HOSTILE}{k}"] = words[np.where(parts == 2, 8, draw.integers(0, 9, COUNT))]
        kinds |= {long: {"number": {}}, f"{HOSTILE}{k}": {"id": {}}}
    made["when"] = pa.array(draw.integers(0, 10**15, COUNT), pa.timestamp("us"))
    kinds["when"] = {"time": {}}
    steps = [
        {
            "text": f"{HOSTILE}({', '.join(made)})",
            "dropped": {f"no {name}": 3 for name in made},
            "changed": {"filled": dict.fromkeys(made, 5)},
            "quarantined": {HOSTILE: 7},
            "learned": {name: {"low": 0.5, "words": [HOSTILE] * 99} for name in made},
        }
    ]
    account = {
        "source": [
            {"uri": f"https://{'deep/' * 60}{HOSTILE}", "size": 10**12, "sha256": "ab" * 32}
        ],
        "rowsIn": 10**9,
        "unreadable": 10**8,
        "rows": {"train": 10**9, "validation": 10, "test": 1},
        "steps": steps,
        "seconds": {HOSTILE: 3.0},
        "inferred": [{"name": name, "kind": "id", "why": HOSTILE * 3} for name in made],
    }
    rows = block(parts=parts.tolist(), **made)
    return look(columns(**kinds), rows, rows, account)


@cache
def shoppers(folder: Path) -> Findings:
    made = shop(folder)
    return look(made.columns, made.before, made.after, made.account)


class Tags(HTMLParser):
    """Collects elements, and checks that each is closed where it should be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_nothing_is_fetched_and_nothing_runs() -> None:
    page = render("shop", hostile())
    for tag, attributes in Tags(page).found:
        assert tag not in ("script", "link", "img", "iframe", "object", "base", "form")
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"@import|url\(|@font-face", STYLE + SHEET)


def test_every_element_is_closed() -> None:
    assert Tags(render(HOSTILE, hostile())).open == []


def test_names_words_steps_and_sources_are_escaped() -> None:
    page = render(HOSTILE, hostile())
    assert "<script>" not in page
    assert 'alert("' not in page
    assert page.count("&lt;script&gt;") > 20


def test_links_lead_to_chapters_in_their_order() -> None:
    found = Tags(render("shop", hostile())).found
    links = [a["href"] for tag, a in found if tag == "a"]
    marks = [f"#{a['id']}" for tag, a in found if tag == "section"]
    assert links == marks
    assert marks[0] == "#warnings"


def test_every_picture_says_in_words_what_it_shows() -> None:
    for tag, attributes in Tags(render("shop", hostile())).found:
        if tag == "svg":
            assert attributes.get("aria-label") or attributes.get("aria-hidden")


def test_colour_is_never_alone() -> None:
    page = render("shop", hostile())
    # Severities and verdicts have a sign and a word, negative figures a minus, parts their dashes.
    for text in ("▲ high", "◆ medium", "▲ drifts", "✓ steady"):
        assert text in page
    assert all("−" in cell for cell in re.findall(r'class="n\d">([^<]*)<', page))
    dashes = re.findall(r'stroke-dasharray="([^"]*)"', page)
    assert len(set(dashes)) == 3


def test_without_anything_to_say_it_says_so() -> None:
    rows = block(x=[1.0, 2.0] * 40, y=[0, 1, 1, 0] * 20, parts=[0] * 60 + [1] * 10 + [2] * 10)
    quiet = look(columns(x={"number": {}}, y={"label": {}}), rows, rows, {})
    page = render("shop", quiet)
    for text in ("No value is missing", "No cleaning step", "all there are"):
        assert text in page


def test_a_page_can_be_made_of_no_rows_at_all() -> None:
    rows = block(x=[1.0], t=["a"], y=[0]).keep(np.array([False]))
    page = render(
        "", look(columns(x={"number": {}}, t={"id": {}}, y={"label": {}}), rows, rows, {})
    )
    assert Tags(page).open == []


def test_it_tells_the_story_of_real_rows(datasets: Path) -> None:
    found = shoppers(datasets)
    page = render("shop", found)
    assert {(one.topic, one.column) for one in found.cautions} == {
        ("leak", "OrderTotal"),
        ("partedKey", "Visitor"),
        ("constant", "Campaign"),
        ("drift", "Browser"),
        ("nearlyUnique", "Session"),
        ("alike", "Milliseconds"),
    }
    for text in ("12,703", "rows came in", "duplicate", "3 unreadable", "9f2c9f2c", "1.0 MiB"):
        assert text in page
    both = ("BounceRates", "ExitRates")
    assert found.gaps.patterns[0].columns == both
    assert all(0.7 < max(found.gaps.stripes[name]) < 0.9 for name in both)


def test_what_columns_were_taken_for_stands_with_its_reason() -> None:
    told = [
        {"name": HOSTILE, "kind": "id", "why": f"20 different texts, such as {HOSTILE}"},
        {"name": "Campaign", "kind": "", "why": "it is 0 in every row"},
    ]
    found = hostile(1)
    page = render("shop", replace(found, account={**found.account, "inferred": told}))
    assert '<a href="#inferred">Worked out <span>2</span></a>' in page
    assert "it is 0 in every row" in page
    assert "left out" in page
    assert "<script>" not in page
    alone = {name: value for name, value in found.account.items() if name != "inferred"}
    assert "Worked out" not in render("shop", replace(found, account=alone))


def test_the_page_stays_small_with_as_many_columns_as_there_may_be() -> None:
    found = hostile(31)
    assert len(found.columns) == 64
    assert len(render("shop", found)) < 600_000


def test_of_many_files_the_page_lists_some_and_the_record_all() -> None:
    files = [{"uri": f"s3://raw/{k:05d}.parquet", "size": k} for k in range(3000)]
    found = replace(hostile(1), account={"source": files, "rowsIn": 9})
    page = render("shop", found)
    assert "3,000 files" in page
    assert page.count(".parquet") == 500
    assert page.index("00019.parquet") < page.index("480 more") < page.index("00020.parquet")
    assert len(found.row()["account"]["source"]) == 3000


@pytest.mark.slow
@pytest.mark.parametrize("many", [1, 31])
@pytest.mark.parametrize("spacing", ["0", ".1em"])
def test_nothing_is_cut_off_on_a_desk_or_a_phone(many: int, spacing: str, tmp_path: Path) -> None:
    # Letters further apart stand for the wider fonts of other machines.
    page = render(HOSTILE, hostile(many))
    page = page.replace("</style>", f"body {{ letter-spacing: {spacing}; }}</style>", 1)
    for layout in lay_out(page, (1280, 390, 320), tmp_path):
        assert layout.needs <= layout.width
        assert layout.cut == ()


@pytest.mark.slow
def test_the_browser_would_see_what_is_cut_off(tmp_path: Path) -> None:
    wide = '<p>{}</p><p style="overflow:hidden;white-space:nowrap;width:9rem">{}</p>'
    page = frame("wide", [wide.format("x" * 300, "y " * 300)], "p { overflow-wrap: normal; }")
    (layout,) = lay_out(page, (390,), tmp_path)
    assert layout.width == 390
    assert layout.needs > 390
    assert len(layout.cut) == 2


def test_every_colour_is_defined_for_light_and_for_dark() -> None:
    both = SHEET + STYLE
    dark = "".join(re.findall(r"dark\) \{ :root \{(.*?)\}", both, re.S))
    defined = set(re.findall(r"(--\w+):", both))
    # Bars of words get their lengths, and lines their colours, where they are drawn.
    assert set(re.findall(r"var\((--\w+)\)", both)) - {"--a", "--b", "--c"} <= defined
    assert defined == set(re.findall(r"(--\w+):", dark))
