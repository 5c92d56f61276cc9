"""The page of all words: complete, linked, and the one that lies in the docs."""

import re
from pathlib import Path

from hone.api.job import JobSpec
from hone.api.reference import page
from hone.api.schema import models

PAGE = page()


def sections() -> dict[str, str]:
    return {part.split("\n", 1)[0]: part for part in PAGE.split("\n## ")[1:]}


def test_every_field_of_every_record_has_a_line() -> None:
    classes = models(JobSpec)
    for name, text in sections().items():
        for key, field in classes[name].model_fields.items():
            assert re.search(rf"\| (○ )?(\*\*)?{field.alias or key}(\*\*)? \|", text), (name, key)


def test_every_technique_and_stage_is_there() -> None:
    assert {"Prepare", "Train", "Compress", "Quantize", "Prune", "Adam"} <= set(sections())


def test_every_link_leads_to_a_section() -> None:
    assert set(re.findall(r"\]\(#(\w+)\)", PAGE)) <= {name.lower() for name in sections()}


def test_the_choice_the_default_and_the_bounds_are_told() -> None:
    train = sections()["Train"]
    assert "| epochs | whole number | `50` | ≥ 1, ≤ 10000 |" in train
    assert "| **model** |" in train
    assert "○ csv" in sections()["AnySource"]
    assert "None" not in PAGE


def test_the_page_in_the_docs_is_this_one(root: Path) -> None:
    assert (root / "docs/reference.md").read_text() == PAGE, "make reference"
