"""Each chapter of the data report says what was found, no more and no less."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hone_trainer.profile.cards import cards
from hone_trainer.profile.caution import Caution, Severity
from hone_trainer.profile.comparison import comparison
from hone_trainer.profile.correlations import Correlations
from hone_trainer.profile.drift import Shift
from hone_trainer.profile.findings import Findings
from hone_trainer.profile.maps import gap_map, heat_map
from hone_trainer.profile.overview import SHOWN, cautions, flow, steps
from tests.trainer.blocks import block, columns, times
from tests.trainer.looked import look

COUNT = 300


def findings(**told: Any) -> Findings:
    """Return findings of small rows; every tenth price was filled with 0."""
    draw = np.random.default_rng(0)
    price = draw.normal(5, 1, COUNT)
    parts = np.repeat([0, 1, 2], 100).tolist()
    rest: dict[str, Any] = {
        "shop": [f"s{k % 7}" for k in range(COUNT)],
        "at": times(*[f"2026-01-{k % 28 + 1:02d}" for k in range(COUNT)]),
        "y": [k % 2 for k in range(COUNT)],
    }
    gaps = np.where(np.arange(COUNT) % 10 == 0, np.nan, price)
    before = block(price=gaps, parts=parts, **rest)
    after = before.put("price", np.nan_to_num(gaps))
    kinds = columns(price={"number": {}}, shop={"id": {}}, at={"time": {}}, y={"label": {}})
    return look(kinds, before, after, told)


def words(html: str) -> str:
    """Return what a reader sees."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_the_flow_tells_what_came_what_went_and_what_is_left() -> None:
    told = {
        "source": [{"size": 2048}, {"size": 1024}],
        "rowsIn": 1200,
        "unreadable": 4,
        "rows": {"train": 1000, "validation": 80, "test": 100},
        "augmented": 30,
        "steps": [
            {"dropped": {"duplicate": 9, "no shop": 1}, "quarantined": {"price >= 0": 36}},
            {"changed": {"filled": {"price": 30, "age": 5}, "clipped": {"price": 2}}},
        ],
    }
    text = words(flow(findings(**told)))
    for said in (
        "1,200 rows came in 2 files · 3.0 KiB",
        "10 rows dropped 9 duplicate 1 no shop",
        "40 rows quarantined 36 price &gt;= 0 4 unreadable",
        "37 values changed 35 filled 2 clipped",
        "1,150 rows came out 30 more were added by augmentation",
        "train 1,000 (84.7 %)",
    ):
        assert said in text


def test_many_reasons_are_summed_up() -> None:
    told = {"steps": [{"dropped": {f"no c{k}": k for k in range(1, 10)}}]}
    text = words(flow(findings(**told)))
    assert "45 rows dropped 9 no c9 8 no c8 7 no c7 6 no c6 15 by 5 other reasons" in text


def test_nothing_is_counted_as_nothing() -> None:
    assert "0 rows dropped" in words(flow(findings()))
    assert "train" not in flow(findings())


def test_a_step_says_what_it_did_and_what_it_learned() -> None:
    step = {
        "text": "missing(fill=median)",
        "dropped": {"no shop": 2, "no y": 0},
        "changed": {"filled": {"price": 4, "age": 5}},
        "learned": {"price": 5.125, "bounds": {"low": 0, "on": True}, "list": ["w" * 999]},
    }
    text = words(steps(findings(steps=[step])))
    for said in (
        "missing(fill=median) dropped 2 rows: no shop filled 9 values: 5 age, 4 price",
        "price = 5.125",
        "bounds.low = 0",
        "bounds.on = True",
    ):
        assert said in text
    assert len(text) < 700
    assert "nothing to do" in words(steps(findings(steps=[{"text": "duplicates()"}])))


def caution(severity: Severity = "medium") -> Caution:
    return Caution(severity, "topic", "price", 1.0, "price is odd & rare.", "Do this.")


def test_cautions_beyond_the_first_of_a_severity_are_folded_away() -> None:
    many = (caution("high"), *[caution()] * (SHOWN + 3))
    text = cautions(replace(findings(), cautions=many))
    assert text.count("<li>") == SHOWN + 4
    assert "3 more of this severity" in text
    assert "<b>price</b> is odd &amp; rare." in text
    assert text.index("▲ high") < text.index("◆ medium")


def test_no_caution_is_said_too() -> None:
    assert "Nothing conspicuous" in cautions(replace(findings(), cautions=()))


def test_a_card_has_the_facts_of_its_column() -> None:
    found = replace(findings(), cautions=(caution("high"),))
    price, shop, at, label = (words(card) for card in cards(found).split("</article>")[:4])
    assert "▲ number" in price
    assert "missing 10.0 %" in price
    assert "30 values changed" in price
    assert "AUC alone" in price
    for said in ("s0 14.3 %", "all others", "7 distinct", "rows 300 300"):
        assert said in shop
    assert "2026-01-01 00:00:00 2026-01-28 00:00:00" in at
    assert "AUC" not in label


def test_a_card_shows_how_far_an_open_bin_reaches() -> None:
    values = np.append(np.random.default_rng(0).random(999), 1e6)
    rows = block(x=values, y=[0, 1] * 500)
    text = words(cards(look(columns(x={"number": {}}, y={"label": {}}), rows, rows, {})))
    assert re.search(r"0\.9\d+ … 1,000,000", text)


def test_the_map_lists_the_columns_with_gaps_and_counts_the_others() -> None:
    text = words(gap_map(findings(rowsIn=1000, missing={"price": 120})))
    assert "3 of 4 columns are complete" in text
    assert "price 12.0 %" in text
    assert "just these columns rows price 30" in text


def test_a_stretch_without_values_is_as_high_as_can_be() -> None:
    rows = block(x=[None] * 10 + [1] * 390)
    text = gap_map(look(columns(x={"number": {}}), rows, rows, {}))
    assert 'height="24.0"' in text
    assert "100 % missing" in words(text)


@pytest.mark.parametrize(
    ("linear", "ranked", "cells"),
    [
        (0.731, -0.62, ['<td class="p4">.73</td>', '<td class="n4">−.62</td>']),
        (1.0, -1.0, ['<td class="p5">1.00</td>', '<td class="n5">−1.00</td>']),
        (0.05, 0.11, ["<td></td>", '<td class="p1">.11</td>']),
        (None, None, ['<td class="dim">–</td>', '<td class="dim">–</td>']),
    ],
)
def test_a_cell_has_its_figure_and_its_shade(linear: Any, ranked: Any, cells: list[str]) -> None:
    known = Correlations(
        9, ("a", "b"), 2, ((1.0, linear), (linear, 1.0)), ((1.0, ranked), (ranked, 1.0))
    )
    text = heat_map(replace(findings(), correlations=known))
    assert re.findall(r"<td[^>]*>[^<]*</td>", text)[1:3] == cells


def test_one_column_has_nothing_to_go_together_with() -> None:
    alone = Correlations(9, ("a",), 1, ((1.0,),), ((1.0,),))
    assert "no two columns" in heat_map(replace(findings(), correlations=alone))


@pytest.mark.parametrize(
    ("psi", "chance", "verdict"),
    [(0.05, 0, "✓ steady"), (0.2, 0, "◆ moves"), (0.2, 0.5, "✓ steady"), (0.3, 0, "▲ drifts"),
     (0.3, 0.4, "✓ steady")],
)  # fmt: skip
def test_a_shift_is_judged_by_its_size_and_by_chance(
    psi: float, chance: float, verdict: str
) -> None:
    shifts = (Shift("price", "test", psi, chance, ks=0.125),)
    text = words(comparison(replace(findings(), shifts=shifts)))
    assert f"price {verdict} {psi:.3f} 0.125" in text


def test_what_differs_most_comes_first_and_is_drawn() -> None:
    shifts = (
        Shift("price", "validation", 0.01, 0, ks=0.1),
        Shift("shop", "validation", 0.9, 0, unseen=0.25),
    )
    text = words(comparison(replace(findings(), shifts=shifts)))
    assert text.index("shop ▲ drifts 0.900 25.0 % new") < text.index("price ✓ steady")
    drawn = text[text.index("Side by side") :]
    assert "at 2026" in drawn
    assert "shop train validation test s0 15.0 %" in drawn
    assert "price" not in drawn


def test_rates_and_what_is_shared_are_told() -> None:
    text = words(comparison(findings()))
    assert "train 50.0 % 40.4 % to 59.6 % 100" in text
    assert "0 of 100 train rows repeat an earlier one" in text
    # Of the filled rows, those 140 or 280 rows apart have the same shop, day and label.
    assert "6 of 100 validation rows equal a training row" in text
    assert "6 of 100 test rows equal a training row" in text
