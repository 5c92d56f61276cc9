"""Rows for the jobs of the pages, and what the simplest models make of them.

Users and items are of three tastes each, and which meets which decides most of the clicks: that a
linear model cannot see, and a few thousand rows teach.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ROWS, USERS, ITEMS, TASTES = 30_000, 60, 40, 3


def draw(seed: int = 1) -> pd.DataFrame:
    """Return rows of who met what, at which price, and whether they clicked."""
    rng = np.random.default_rng(seed)
    user_taste, item_taste = rng.integers(TASTES, size=USERS), rng.integers(TASTES, size=ITEMS)
    liking = rng.standard_normal((TASTES, TASTES)) * 3
    charm = rng.standard_normal(ITEMS) * 0.5
    price = rng.lognormal(2.5, 0.6, ITEMS).round(2)
    user, item = rng.integers(USERS, size=ROWS), rng.integers(ITEMS, size=ROWS)
    dear = (np.log(price[item]) - 2.5) / 0.6
    logit = liking[user_taste[user], item_taste[item]] + charm[item] - 0.7 * dear
    clicked = rng.random(ROWS) < 1 / (1 + np.exp(-logit))
    return pd.DataFrame(
        {
            "user": np.char.add("u", user.astype(str)),
            "item": np.char.add("i", item.astype(str)),
            "price": price[item],
            "clicked": clicked.astype(int),
        }
    )


@dataclass(frozen=True)
class Baseline:
    """What the simplest models reach on rows that they have not seen."""

    prior: float
    """Accuracy of always saying what is more frequent."""
    accuracy: float
    """Of a logistic regression on the same features."""
    auc: float


def baseline(file: Path) -> Baseline:
    """Learn from nine tenths of the rows, and measure on the others."""
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    rows = pd.read_csv(file)
    cut = len(rows) * 9 // 10
    features, label = rows.drop(columns="clicked"), rows["clicked"]
    encoder = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["user", "item"]), (StandardScaler(), ["price"])
    )
    model = make_pipeline(encoder, LogisticRegression(max_iter=500))
    model.fit(features[:cut], label[:cut])
    found, truth = model.predict_proba(features[cut:])[:, 1], label[cut:]
    return Baseline(
        prior=max(truth.mean(), 1 - truth.mean()),
        accuracy=float(((found >= 0.5) == truth).mean()),
        auc=float(roc_auc_score(truth, found)),
    )
