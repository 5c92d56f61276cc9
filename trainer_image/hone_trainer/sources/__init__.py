"""The sources that exist: one line each."""

from hone_trainer.sources.click_model import ClickModel
from hone_trainer.sources.csv import Csv
from hone_trainer.words import OneOf


class AnySource(OneOf):
    """Where the raw rows come from."""

    csv: Csv | None = None
    """A CSV file with a header line."""
    click_model: ClickModel | None = None
    """Interactions drawn from a latent-factor click model: data to try Hone with."""
