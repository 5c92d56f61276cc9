"""Plain scalars and what they mean to kubectl, whose word `test_kubectl.py` asks for."""

from typing import Any

TEXTS = (
    "NaN", "12:30", "2026-01-31", "2026-01-31T10:00:00Z", "-", "+", ".", "0o", "0x", "0b2", "1e400",
    "_1", "1.2.3", "yEs", "nULL", "tRUE", "=", "1e", "e3", "0xFFFFFFFFFFFFFFFFF", "+-1", "._5",
    "1:2", "١",
)  # fmt: skip
SCALARS: dict[str, Any] = {
    **{text: text for text in TEXTS},
    **dict.fromkeys(
        ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"), True
    ),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    "1e-4": 0.0001,
    "5e-05": 5e-05,
    "1e6": 1_000_000,
    "25921e05": 2_592_100_000,
    "1E3": 1000,
    "1e+3": 1000,
    "1.": 1,
    "1.0": 1,
    ".5": 0.5,
    "-.5": -0.5,
    ".5_0": 0.5,
    "+1": 1,
    "-0": 0,
    "08": 8,
    "012": 10,
    "0o17": 15,
    "0x1F": 31,
    "-0x1f": -31,
    "0b1": 1,
    "1_000": 1000,
    "1__0": 10,
    "1_": 1,
    "9223372036854775807": 2**63 - 1,
    "99999999999999999999": 1e20,
}
RARE = ("\x85", "\u2028x", " a\u2029\n", "\r\n", "\ufeff", "\t", "\x07", "a\n\n b \n")
"""Texts with letters that readers of YAML take for line ends, or do not take."""
