"""Searches with what they found, and how relevant each of it was.

A search is for one of TOPICS, for cheap things, for good ones, or for neither; its text has a word
of the topic's own, one for the price where it matters, and one that says nothing. It finds LIST
items, half of them of its topic. With popularity b_i and price level c_i standard normal and wish
w -1, 0 or 1,

    utility = MATCH * [topic of the item is that of the search] + RELATED * r(topics)
              + PRICE * w * c_i + LIKED * b_i

and relevance 0, 1 or 2 follows a proportional odds model (McCullagh 1980) with the bounds STEPS.
What is popular, what is cheap and what a word is mean little each; what matters is how they meet.
An item's title has a word of its topic, its make, and its number as a word of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from hone_trainer.sources.made_up import MadeUpSource

if TYPE_CHECKING:
    from hone_trainer.rows.block import Form
    from hone_trainer.sources.drawing import Floats
    from hone_trainer.sources.source import Known

LIST = 12
TOPICS = (
    "phone mobile smartphone handset",
    "shoes sneakers trainers boots",
    "lamp light lantern bulb",
    "chair stool seat armchair",
    "camera camcorder webcam lens",
    "jacket coat parka anorak",
    "kettle teapot boiler samovar",
    "bicycle bike cycle racer",
    "headphones earbuds earphones headset",
    "backpack rucksack bag satchel",
    "watch clock timer chronograph",
    "tent tarp bivouac shelter",
)
CHEAP, GOOD, FILLERS = "cheap budget bargain", "best premium luxury", "for my the with a gift new"
MATCH, RELATED, PRICE, LIKED = 2.5, 0.7, 1.5, 0.6
STEPS = (2.0, 4.0)
COST, COST_SPREAD = 50.0, 0.7
MAKES = "alba brio cora dext elan faro gala"
SHOP, SEARCHES = 1, 2
"""Streams of chance."""


class SearchModel(MadeUpSource):
    """Searches, what they found, and how relevant it was: data to try Hone with.

    Its columns are ``search``, its ``words``, the ``item``, its ``title``, its ``price``, and
    ``relevance``, 0 to 2. Each search has 12 rows.
    """

    offers: ClassVar[Mapping[str, Form]] = {
        "search": "text",
        "words": "text",
        "item": "text",
        "title": "text",
        "price": "number",
        "relevance": "number",
    }

    searches: Annotated[int, Field(ge=10, le=10_000_000)] = 6_000
    """Searches to draw."""
    items: Annotated[int, Field(ge=72, le=1_000_000)] = 300
    """Items there are."""
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 7
    """Seed of everything drawn."""

    @property
    def extent(self) -> tuple[int, int]:
        """See ``MadeUpSource.extent``."""
        return self.searches, LIST

    def draw(
        self,
        number: int,
        units: range,
        wanted: frozenset[str],  # noqa: ARG002
    ) -> tuple[dict[str, Any], Known]:
        """See ``MadeUpSource.draw``."""
        import numpy as np
        import pyarrow as pa

        from hone_trainer.sources import drawing

        draw = np.random.default_rng([self.seed, 0, SHOP])
        liked, level = draw.standard_normal(self.items), draw.standard_normal(self.items)
        related = draw.standard_normal((len(TOPICS), len(TOPICS)))
        topic_of = np.arange(self.items) % len(TOPICS)
        draw = np.random.default_rng([self.seed, number, SEARCHES])
        count = len(units)
        topic = draw.integers(len(TOPICS), size=count)
        wish = draw.integers(-1, 2, size=count)
        item = self._find(topic, draw)
        utility = (
            MATCH * (topic_of[item] == topic[:, None])
            + RELATED * related[topic[:, None], topic_of[item]]
            + PRICE * wish[:, None] * level[item]
            + LIKED * liked[item]
        )
        chance = draw.random((count, LIST, 1))
        relevance = (chance < 1 / (1 + np.exp(np.array(STEPS) - utility[:, :, None]))).sum(axis=2)
        search = np.repeat(np.arange(units.start, units.stop), LIST)
        drawn = {
            "search": drawing.names("s", search),
            "words": _texts(topic, wish, draw),
            "item": drawing.names("i", item.reshape(-1)),
            "title": _titles(item.reshape(-1), self.items),
            "price": pa.array((COST * np.exp(COST_SPREAD * level))[item].reshape(-1)),
            "relevance": pa.array(relevance.reshape(-1).astype(np.float64)),
        }
        known = _figures(search, utility.reshape(-1), relevance.reshape(-1))
        return drawn, {"relevance": known}

    def _find(self, topic: Any, draw: Any) -> Any:
        """Return what each search finds, (searches, LIST): no item twice, half of them its topic's.

        Of n items, places s, s + d, … around a ring are a set without repetition while d is small.
        """
        import numpy as np

        half, kinds = LIST // 2, len(TOPICS)
        own = (self.items - topic + kinds - 1) // kinds
        found = []
        for many in (own, self.items - own):
            start, stride = draw.integers(many), draw.integers(1, many // half + 1)
            found.append((start[:, None] + stride[:, None] * np.arange(half)) % many[:, None])
        # Items of a topic are every so-manieth; the others are those between them.
        round_, place = np.divmod(found[1], kinds - 1)
        others = round_ * kinds + place + (place >= topic[:, None])
        return np.hstack([topic[:, None] + kinds * found[0], others])


def _texts(topic: Any, wish: Any, draw: Any) -> Any:
    """Write what each search says, beside each of its rows."""
    import numpy as np
    import pyarrow as pa

    prices = {-1: CHEAP.split(), 0: [""], 1: GOOD.split()}
    choices = (
        [prices[each] for each in wish.tolist()],
        [FILLERS.split()] * len(wish),
        [TOPICS[each].split() for each in topic.tolist()],
    )
    chosen = draw.random((len(choices), len(wish))).tolist()
    written = (
        " ".join(words[int(chance * len(words))] for words, chance in zip(*each, strict=True))
        for each in zip(zip(*choices, strict=True), zip(*chosen, strict=True), strict=True)
    )
    found = pa.array([text.strip() for text in written], pa.string()).dictionary_encode()
    codes = np.repeat(found.indices.to_numpy(), LIST)
    return pa.DictionaryArray.from_arrays(codes, found.dictionary)


def _titles(item: Any, items: int) -> Any:
    """Write what each row's item is called."""
    import pyarrow as pa

    makes, kinds = MAKES.split(), len(TOPICS)
    words = [topic.split() for topic in TOPICS]
    titles = pa.array(
        [
            f"{makes[k % len(makes)]} {words[k % kinds][k // kinds % len(words[k % kinds])]} n{k}"
            for k in range(items)
        ],
        pa.string(),
    )
    return pa.DictionaryArray.from_arrays(pa.array(item, pa.int32()), titles)


def _figures(search: Any, utility: Floats, relevance: Any) -> dict[str, Floats]:
    """Return figures of each row's list in the order of utility; NaN where nothing is relevant."""
    import numpy as np

    from hone_trainer.metrics.mean import Mean
    from hone_trainer.tasks.learned import Calibration, Targets
    from hone_trainer.tasks.ranking import Ranking

    task = Ranking(label="relevance", group="search")
    targets = Targets(relevance, np.ones(len(search)), group=search)
    scored = task.reduce(targets, {"score": utility}, Calibration())
    each = {
        metric.name: metric.parts(scored)[:, 0]
        for metric in task.headline
        if isinstance(metric, Mean)
    }
    return {
        name: np.repeat(np.where(scored.weight > 0, values, np.nan), LIST)
        for name, values in each.items()
    }
