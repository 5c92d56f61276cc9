"""The preparation that anyone would write with pandas and scikit-learn; what ours is timed against.

    python -m bench.plain_preparation CSV FOLDER

Reads interactions, splits, drops duplicates, fills missing prices with the median, drops outliers,
scales numbers, encodes ids, writes a Parquet file per part. Prints seconds by step as JSON.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

NUMBERS, IDS = ["price", "dwell"], ["user", "item"]


def main() -> None:
    """Prepare and print."""
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    begun = last = time.perf_counter()
    took: dict[str, float] = {}

    def lap(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        took[name], last = now - last, now

    frame = pd.read_csv(source)
    lap("read")
    frame = frame.drop_duplicates()
    lap("duplicates")
    train, rest = train_test_split(frame, test_size=0.2, random_state=7)
    validation, test = train_test_split(rest, test_size=0.5, random_state=7)
    parts = {"train": train.copy(), "validation": validation.copy(), "test": test.copy()}
    lap("split")
    fill = SimpleImputer(strategy="median").fit(parts["train"][NUMBERS])
    for part in parts.values():
        part[NUMBERS] = fill.transform(part[NUMBERS])
    lap("missing")
    mean, deviation = parts["train"]["dwell"].mean(), parts["train"]["dwell"].std()
    for name, part in parts.items():
        parts[name] = part[np.abs(part["dwell"] - mean) <= 6 * deviation].copy()
    lap("outliers")
    scale = StandardScaler().fit(parts["train"][NUMBERS])
    for part in parts.values():
        part[NUMBERS] = scale.transform(part[NUMBERS]).astype(np.float32)
    lap("normalise")
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, dtype=np.int32)
    codes.fit(parts["train"][IDS])
    for part in parts.values():
        part[IDS] = codes.transform(part[IDS])
    lap("encode")
    for name, part in parts.items():
        part.to_parquet(folder / f"{name}.parquet", index=False)
    lap("write")
    rows = sum(len(part) for part in parts.values())
    print(json.dumps({"rows": rows, "seconds": time.perf_counter() - begun, "laps": took}))


if __name__ == "__main__":
    main()
