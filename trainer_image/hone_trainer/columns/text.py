"""Text as people write it: titles, queries, questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field as Bound
from pydantic import model_validator

from hone_trainer.columns.id import id_field
from hone_trainer.columns.kind import Kind
from hone_trainer.columns.text_pieces import TextPieces
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.nearest import hint
from hone_trainer.contract.spec import Rule, Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block
    from hone_trainer.rows.field import Field
    from hone_trainer.store.side_inputs import SideInputs

SOME = "set one or more of words, characters, pairs, pieces"
UPWARDS = "upTo: must not be below ngram"


class TextWords(Spec):
    """The words of a text, from a vocabulary."""

    length: Annotated[int, Bound(ge=1, le=512)] = 32
    """Positions; longer texts keep their first words, shorter ones are padded at the front."""
    min_count: Annotated[int, Bound(ge=1, le=1_000_000_000)] = 1
    """Words that training rows hold less often are treated as unseen."""
    max_size: Annotated[int, Bound(ge=1, le=20_000_000)] | None = None
    """Only so many words, the most frequent ones, get a row of their own."""


class TextCharacters(Spec):
    """The pieces of a few letters that the words of a text are made of, by their hash."""

    ngram: Annotated[int, Bound(ge=2, le=8)] = 3
    """Letters of a piece; the two ends of a word count as letters."""
    up_to: Annotated[int, Bound(ge=2, le=8)] | None = None
    """Pieces of more letters beside them, up to so many."""
    length: Annotated[int, Bound(ge=1, le=512)] = 64
    """Positions; longer texts keep their first pieces, shorter ones are padded at the front."""
    buckets: Annotated[int, Bound(ge=1, le=1_000_000_000)] = 32_768
    """Rows of the embedding table, which pieces share by their hash."""
    rules = (Rule("!has(self.upTo) || self.upTo >= self.ngram", UPWARDS),)

    @model_validator(mode="after")
    def _upwards(self) -> Self:
        if self.sizes[-1] < self.ngram:
            raise ValueError(UPWARDS)
        return self

    @property
    def sizes(self) -> tuple[int, ...]:
        """Letters of pieces, ascending."""
        last = self.ngram if self.up_to is None else self.up_to
        return tuple(range(self.ngram, last + 1)) or (last,)


class TextPairs(Spec):
    """The words of a text that stand beside each other, by their hash."""

    length: Annotated[int, Bound(ge=1, le=512)] = 32
    """Positions; longer texts keep their first pairs, shorter ones are padded at the front."""
    buckets: Annotated[int, Bound(ge=1, le=1_000_000_000)] = 8192
    """Rows of the embedding table, which pairs share by their hash."""


class TextColumn(Kind):
    """Text, read in small letters and taken apart at whatever is no letter and no digit. In scripts
    without spaces (Chinese, Japanese, Thai …) each letter is a word. Pieces are as their encoder
    takes them.
    """

    rules = (
        Rule(
            "has(self.words) || has(self.characters) || has(self.pairs) || has(self.pieces)", SOME
        ),
    )

    words: TextWords | None = None
    """Read it word by word."""
    characters: TextCharacters | None = None
    """Read it in pieces of a few letters: helps with words that are rare, misspelt or compound."""
    pairs: TextPairs | None = None
    """Read the pairs of words that stand beside each other."""
    pieces: TextPieces | None = None
    """Read it as a pretrained encoder does."""
    like: Annotated[str, Bound(min_length=1, max_length=63)] | None = None
    """Another text column whose words, characters, pairs and pieces mean the same, counted in both:
    what ``search.matching`` looks for in each of them. All but length is as it is there."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not any((self.words, self.characters, self.pairs, self.pieces)):
            raise ValueError(SOME)
        return self

    def check(self, name: str, columns: tuple[Column, ...]) -> None:
        """See ``Kind.check``."""
        if self.like is None:
            return
        path = f"prepare.columns: {name!r}: text"
        known = {c.name: c.text for c in columns if c.text is not None and c.name != name}
        other = known.get(self.like)
        if other is None:
            message = f"{path}.like names {self.like!r}, which is no other text column"
            raise StageFailure("ColumnNotFound", f"{message}{hint(self.like, known)}")
        if other.like is not None:
            message = f"{path}.like names {self.like!r}, which is like another itself"
            raise StageFailure("WrongColumnKind", f"{message}: name {other.like!r}")
        for how in ("words", "characters", "pairs", "pieces"):
            mine, theirs = getattr(self, how), getattr(other, how)
            if mine and (not theirs or _but_length(mine) != _but_length(theirs)):
                message = f"{path}.{how} is another than that of {self.like!r}, which it is like"
                raise StageFailure("WrongColumnKind", f"{message}: only length may differ")

    @property
    def borrows(self) -> str:
        """See ``Kind.borrows``."""
        return self.like or ""

    @property
    def no_graph(self) -> str:
        """See ``Kind.no_graph``."""
        if self.pieces:
            return "pieces are taken by the tokenizer of their encoder, which TensorFlow has not"
        return "words are found in one Unicode form (NFKC), which TensorFlow alone cannot write"

    @property
    def uris(self) -> Mapping[str, str]:
        """See ``Kind.uris``."""
        return self.pieces.uris if self.pieces else {}

    def load(self, side_inputs: SideInputs) -> dict[str, Any]:
        """See ``Kind.load``."""
        return self.pieces.load(side_inputs) if self.pieces and not self.like else {}

    def summarize(self, name: str, block: Block) -> Any:
        """Count the words."""
        from hone_trainer.rows.ngrams import words
        from hone_trainer.rows.tokens import count

        texts = block.texts(name)
        return count(words(texts.words), texts.codes) if self.words else None

    def learn(self, name: str, summaries: list[Any], sample: Block) -> dict[str, Any]:  # noqa: ARG002
        """Return ``known``, the vocabulary of words, where they are read."""
        from hone_trainer.rows.tokens import vocabulary

        if self.words is None or self.like:
            return {}
        return {"known": vocabulary(summaries, self.words.min_count, self.words.max_size, name)}

    def positions(self, name: str) -> dict[str, int]:
        """See ``Kind.positions``."""
        read: dict[str, Any] = {"words": self.words, "characters": self.characters}
        read |= {"pairs": self.pairs, "pieces": self.pieces}
        return {f"{name}_{how}": each.length for how, each in read.items() if each is not None}

    def fields(self, name: str, learned: dict[str, Any]) -> tuple[Field, ...]:
        """See ``Kind.fields``."""
        found = []
        read: dict[str, Any] = {"words": self.words, "characters": self.characters}
        read |= {"pairs": self.pairs}
        for how, each in read.items():
            if each is not None:
                given = learned if how == "words" else {"buckets": each.buckets}
                field = id_field(f"{name}_{how}", name, each.length, given)
                like = f"{self.like}_{how}" if self.like else ""
                found.append(field.model_copy(update={"like": like}))
        if self.pieces:
            found.append(self.pieces.field(name, learned))
        return tuple(found)

    def encode(
        self, name: str, block: Block, learned: dict[str, Any]
    ) -> dict[str, NDArray[np.generic]]:
        """See ``Kind.encode``; a missing text is one without words."""
        from hone_trainer.rows.ngrams import ngrams, pairs, words
        from hone_trainer.rows.tokens import hash_codes, known_codes, positions

        texts = block.texts(name)
        encoded: dict[str, NDArray[np.generic]] = {}
        if self.words:
            found, length = words(texts.words).first(self.words.length), self.words.length
            codes = known_codes(found.words, learned["known"])
            encoded[f"{name}_words"] = positions(found, codes, length, texts.codes)
        if self.characters:
            length = self.characters.length
            found = ngrams(texts.words, self.characters.sizes, length)
            codes = hash_codes(found.words, self.characters.buckets)
            encoded[f"{name}_characters"] = positions(found, codes, length, texts.codes)
        if self.pairs:
            found = pairs(texts.words, self.pairs.length)
            codes = hash_codes(found.words, self.pairs.buckets)
            encoded[f"{name}_pairs"] = positions(found, codes, self.pairs.length, texts.codes)
        if self.pieces:
            encoded[f"{name}_pieces"] = self.pieces.encode(texts, learned)
        return encoded

    def losses(self, name: str, block: Block, learned: dict[str, Any]) -> dict[str, float]:
        """See ``Kind.losses``."""
        return self.pieces.losses(block.texts(name), learned) if self.pieces else {}


def _but_length(how: Spec) -> dict[str, Any]:
    return how.model_dump(exclude={"length"})
