"""The models for customer service that exist: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.models.service.bi_lstm import BiLstm
from hone_trainer.models.service.encoder import Encoder
from hone_trainer.models.service.text_cnn import TextCnn
from hone_trainer.models.service.text_transformer import TextTransformer


class Service(OneOf):
    """A model for customer service: what is asked, and what it is about."""

    bi_lstm: BiLstm | None = None
    """Two LSTMs over the words, one from each end."""
    encoder: Encoder | None = None
    """A pretrained encoder of BERT's family over the pieces of texts."""
    text_cnn: TextCnn | None = None
    """Convolutions over neighbouring words."""
    transformer: TextTransformer | None = None
    """A transformer over the words."""
