"""The augmentations that exist: one line each."""

from hone_trainer.augment.balance import Balance
from hone_trainer.augment.crop import Crop
from hone_trainer.augment.mask import Mask
from hone_trainer.augment.mixup import Mixup
from hone_trainer.augment.negatives import Negatives
from hone_trainer.augment.noise import Noise
from hone_trainer.augment.reorder import Reorder
from hone_trainer.augment.synonyms import Synonyms
from hone_trainer.contract.spec import OneOf


class AnyAugmentation(OneOf):
    """More, or other, training rows than the source has."""

    negatives: Negatives | None = None
    """Rows with items that a user has not met."""
    balance: Balance | None = None
    """Both labels made to count the same."""
    mixup: Mixup | None = None
    """Numbers moved towards those of another row with the same label."""
    crop: Crop | None = None
    """Rows whose sequences are a stretch of the original."""
    mask: Mask | None = None
    """Rows in whose sequences some ids are hidden."""
    reorder: Reorder | None = None
    """Rows in whose sequences a stretch is shuffled."""
    noise: Noise | None = None
    """Rows in whose text letters are lost, doubled or swapped."""
    synonyms: Synonyms | None = None
    """Rows in whose text words are replaced by others of the same meaning."""
