"""Questions of customers, as a shop's service is asked them.

A question names something to do and a thing, each by one of its own words, among words that say
nothing. Each of the pairs of the two belongs to one intent, dealt out at random: neither word tells
it alone. With chance OVERLAP such a word is any of its kind; ``typos`` is the share of parts
with a letter lost, doubled or swapped, and ``wrong`` that of labels drawn at random, as annotators
make them. Of the words as they were meant, the chance of every intent is known.

It is a mixture model of text (Hofmann 1999) with topics in pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from hone_trainer.sources.made_up import MadeUpSource

if TYPE_CHECKING:
    from hone_trainer.rows.block import Form
    from hone_trainer.sources.drawing import Floats
    from hone_trainer.sources.source import Known

WAYS = 3
"""Words for each thing, and for what is done to it."""
ACTIONS = (
    *("cancel stop end", "change edit update", "find track locate", "return refund reimburse"),
    *("buy order purchase", "pay settle charge", "open start activate", "send ship deliver"),
    *("lose miss forget", "explain describe clarify", "repair fix replace", "check verify confirm"),
)
THINGS = (
    *("parcel package delivery", "account profile login", "password pin code"),
    *("card visa mastercard", "invoice receipt statement", "voucher coupon discount"),
    *("subscription plan membership", "address street city", "shoes boots sandals"),
    *("phone tablet laptop", "shop store branch", "appointment booking reservation"),
)
OPENINGS = ("", "hello", "hi", "please", "good morning", "sorry to ask", "quick question")
BEFORE = ("i want to", "how do i", "can you", "i need to", "help me", "where can i", "could i")
BETWEEN = ("my", "the", "a", "this", "one more", "our")
ENDINGS = ("", "please", "today", "thanks", "as soon as possible", "again", "for a friend")
OVERLAP = 0.1
SPELLINGS = 8
"""Ways in which a word may be misspelt."""
SHOP, QUESTIONS = 1, 2
"""Streams of chance."""


class QuestionModel(MadeUpSource):
    """Questions to a customer service, with what each is about: data to try Hone with.

    Its columns are ``text`` and ``intent``.
    """

    offers: ClassVar[Mapping[str, Form]] = {"text": "text", "intent": "text"}

    rows: Annotated[int, Field(ge=100, le=10_000_000)] = 20_000
    """Questions to draw."""
    intents: Annotated[int, Field(ge=2, le=144)] = 16
    """Intents there are."""
    typos: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Share of words that are misspelt."""
    wrong: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Share of labels that are drawn at random."""
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 7
    """Seed of everything drawn."""

    @property
    def extent(self) -> tuple[int, int]:
        """See ``MadeUpSource.extent``."""
        return self.rows, 1

    def draw(
        self,
        number: int,
        units: range,
        wanted: frozenset[str],  # noqa: ARG002
    ) -> tuple[dict[str, Any], Known]:
        """See ``MadeUpSource.draw``."""
        import numpy as np

        from hone_trainer.sources import drawing

        draw = np.random.default_rng([self.seed, 0, SHOP])
        size = len(ACTIONS), len(THINGS)
        intent_of = draw.permutation(size[0] * size[1]).reshape(size) % self.intents
        draw = np.random.default_rng([self.seed, number, QUESTIONS])
        count = len(units)
        action, thing = (draw.integers(each, size=count) for each in size)
        said = [_say(action, size[0] * WAYS, draw), _say(thing, size[1] * WAYS, draw)]
        intent = intent_of[action, thing]
        mislabelled = draw.random(count) < self.wrong
        intent = np.where(mislabelled, draw.integers(self.intents, size=count), intent)
        drawn = {"text": self._write(said, draw), "intent": drawing.names("intent-", intent)}
        chances = self._chances(intent_of)
        known = {
            "accuracy": chances.max(axis=0)[said[0], said[1]],
            "logLoss": drawing.entropy(chances)[said[0], said[1]],
        }
        return drawn, {"intent": known}

    def _write(self, said: list[Any], draw: Any) -> Any:
        """Write questions; an Arrow array."""
        import pyarrow as pa
        import pyarrow.compute

        compute: Any = pyarrow.compute
        count = len(said[0])
        around = [draw.integers(len(e), size=count) for e in (OPENINGS, BEFORE, BETWEEN, ENDINGS)]
        parts = (
            (OPENINGS, around[0]),
            (BEFORE, around[1]),
            (_words(ACTIONS), said[0]),
            (BETWEEN, around[2]),
            (_words(THINGS), said[1]),
            (ENDINGS, around[3]),
        )
        written = []
        for words, chosen in parts:
            spelt = draw.random(count) < self.typos, draw.integers(SPELLINGS, size=count)
            table = [text for word in words for text in (word, *_misspelt(word))]
            code = chosen * (SPELLINGS + 1) + spelt[0] * (1 + spelt[1])
            written.append(pa.array(table, pa.string()).take(pa.array(code)))
        joined = compute.binary_join_element_wise(*written, " ")
        return compute.utf8_trim_whitespace(joined).dictionary_encode()

    def _chances(self, intent_of: Any) -> Floats:
        """Return the chances of labels, (intents, words for actions, words for things)."""
        import numpy as np

        meant = []
        for kinds in intent_of.shape:
            own = np.arange(kinds * WAYS) // WAYS
            chance = (1 - OVERLAP) * (own == np.arange(kinds)[:, None]) + OVERLAP / kinds
            meant.append(chance / chance.sum(axis=0))
        pairs = np.einsum("aw,tv->atwv", *meant)
        found = np.zeros((self.intents, *pairs.shape[2:]))
        np.add.at(found, intent_of, pairs)
        result: Floats = (1 - self.wrong) * found + self.wrong / self.intents
        return result


def _words(kinds: tuple[str, ...]) -> list[str]:
    return [word for kind in kinds for word in kind.split()]


def _say(kinds: Any, words: int, draw: Any) -> Any:
    """Return a word for each of some kinds; with chance OVERLAP any word."""
    import numpy as np

    own = kinds * WAYS + draw.integers(WAYS, size=len(kinds))
    other = draw.random(len(kinds)) < OVERLAP
    return np.where(other, draw.integers(words, size=len(kinds)), own)


def _misspelt(word: str) -> Iterator[str]:
    """Yield SPELLINGS wrong ways to write a word: a letter lost, doubled, swapped with the next."""
    places = max(1, len(word) - 2)
    for way in range(SPELLINGS):
        at = 1 + (way // 3) * 2 % places
        head, tail = word[:at], word[at:]
        yield (head + tail[1:], head + tail[:1] + tail, head + tail[1:2] + tail[:1] + tail[2:])[
            way % 3
        ]
