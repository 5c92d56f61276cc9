"""The sources that exist: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.sources.click_model import ClickModel
from hone_trainer.sources.csv import Csv
from hone_trainer.sources.json_lines import JsonLines
from hone_trainer.sources.parquet import Parquet
from hone_trainer.sources.question_model import QuestionModel
from hone_trainer.sources.search_model import SearchModel
from hone_trainer.sources.session_model import SessionModel
from hone_trainer.sources.sql import Sql


class AnySource(OneOf):
    """Where the raw rows come from."""

    csv: Csv | None = None
    """CSV files with a header line."""
    parquet: Parquet | None = None
    """Parquet files."""
    json_lines: JsonLines | None = None
    """Files of JSON objects, one a line."""
    sql: Sql | None = None
    """The result of a query of a PostgreSQL database."""
    click_model: ClickModel | None = None
    """Interactions drawn from a latent-factor click model: data to try Hone with."""
    session_model: SessionModel | None = None
    """Visits drawn from a Markov chain over groups of items: data to try Hone with."""
    search_model: SearchModel | None = None
    """Searches, what they found, and how relevant it was: data to try Hone with."""
    question_model: QuestionModel | None = None
    """Questions to a customer service, with what each is about: data to try Hone with."""
