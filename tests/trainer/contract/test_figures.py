"""How figures and differences are written."""

import pytest

from hone_trainer.contract.assignment import metric
from hone_trainer.contract.figures import decimal, signed


@pytest.mark.parametrize(
    ("value", "figure", "difference"),
    [
        (0.12345, "0.1235", "+0.1235"),
        (-0.00001, "0.0000", "+0.0000"),
        (-0.00006, "-0.0001", "-0.0001"),
        (0.0, "0.0000", "+0.0000"),
        (-1234.56, "-1,234.6", "-1,234.6"),
        (1e6, "1,000,000.0", "+1,000,000.0"),
    ],
)
def test_what_rounds_to_nought_has_no_minus(value: float, figure: str, difference: str) -> None:
    assert (decimal(value), signed(value)) == (figure, difference)


@pytest.mark.parametrize(("value", "text"), [(-0.0, "0"), (-2.0, "-2"), (0.5, "0.5")])
def test_a_status_knows_no_negative_nought(value: float, text: str) -> None:
    assert metric("change", value).value == text
