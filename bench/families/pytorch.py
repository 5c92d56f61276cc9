"""The same models in PyTorch, with a fused Adam."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.families.family import (
    BLOCKS,
    CATEGORIES,
    CLASSES,
    FOUND,
    INNER,
    ITEMS,
    LISTED,
    LOOKS,
    PIECES,
    WIDTH,
    WORDS,
    Family,
)


def epochs(family: Family, count: int) -> Iterator[float]:
    """Train; give the seconds of each epoch."""
    import torch

    torch.manual_seed(1)
    rows = family.drawn()
    (kind,) = next(iter(family.model.values()))
    build = {
        "gru": _gru,
        "transformer": _transformer,
        "textCnn": _text,
        "dcn": _dcn,
        "matching": _matching,
        "encoder": _encoder,
    }
    model = build[kind]()
    given = [torch.from_numpy(rows.features[field.name]) for field in family.fields]
    x = [each if each.is_floating_point() else each.long() for each in given]
    y = torch.from_numpy(rows.targets["target"].values.astype(np.int64))
    if "ranking" in family.task:
        x = [each.reshape(-1, LISTED, each.shape[1]) for each in x]
        y = y.reshape(-1, LISTED).argmax(1)
    optimizer = torch.optim.Adam(model.parameters(), 0.001, eps=1e-7, fused=True)
    cross = torch.nn.functional.cross_entropy
    binary = torch.nn.functional.binary_cross_entropy_with_logits
    for _ in range(count):
        begun = time.perf_counter()
        for chosen in torch.randperm(len(y)).split(family.batch):
            optimizer.zero_grad(set_to_none=True)
            told, truth = model(*(each[chosen] for each in x)), y[chosen]
            loss = binary(told[:, 0], truth.float()) if kind == "dcn" else cross(told, truth)
            loss.backward()
            optimizer.step()
        yield time.perf_counter() - begun


def _gru() -> Any:
    import torch

    class Gru(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.table = torch.nn.Embedding(ITEMS + 2, 64, padding_idx=0)
            self.gru = torch.nn.GRU(64, 64, batch_first=True)
            self.summary, self.drop = torch.nn.Linear(64, 64), torch.nn.Dropout(0.2)
            self.bias = torch.nn.Parameter(torch.zeros(ITEMS))

        def forward(self, before: Any) -> Any:
            state = self.gru(self.drop(self.table(before)))[0][:, -1]
            return self.summary(self.drop(state)) @ self.table.weight[2:].T + self.bias

    return Gru()


def _transformer() -> Any:
    import torch

    class Transformer(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.table = torch.nn.Embedding(ITEMS + 2, 64, padding_idx=0)
            self.when, self.drop = torch.nn.Embedding(20, 64), torch.nn.Dropout(0.2)
            layer = torch.nn.TransformerEncoderLayer(
                64, 2, 256, 0.2, batch_first=True, norm_first=True, layer_norm_eps=1e-6
            )
            self.blocks = torch.nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
            self.norm, self.summary = torch.nn.LayerNorm(64, 1e-6), torch.nn.Linear(64, 64)
            self.bias = torch.nn.Parameter(torch.zeros(ITEMS))
            self.register_buffer("later", torch.nn.Transformer.generate_square_subsequent_mask(20))

        def forward(self, before: Any) -> Any:
            stream = self.drop(self.table(before) + self.when.weight)
            stream = self.blocks(stream, mask=self.later, is_causal=True)
            vector = self.summary(self.norm(stream)[:, -1])
            return vector @ self.table.weight[2:].T + self.bias

    return Transformer()


def _text() -> Any:
    import torch

    class Text(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.words = torch.nn.Embedding(3_000, 48)
            self.convolutions = torch.nn.ModuleList(
                torch.nn.Conv1d(48, 128, k, padding="same") for k in (2, 3)
            )
            self.pieces = torch.nn.EmbeddingBag(8_192, 32, mode="sum", padding_idx=0)
            self.pairs = torch.nn.EmbeddingBag(4_096, 32, mode="sum", padding_idx=0)
            self.drop, self.head = torch.nn.Dropout(0.3), torch.nn.Linear(320, CLASSES)

        def forward(self, words: Any, pieces: Any, pairs: Any) -> Any:
            vectors = self.words(words).transpose(1, 2)
            found = [torch.relu(each(vectors)).amax(2) for each in self.convolutions]
            found += [self.pieces(pieces) / 192**0.5, self.pairs(pairs) / 32**0.5]
            return self.head(self.drop(torch.cat(found, 1)))

    return Text()


def _dcn() -> Any:
    import torch

    width = 16 * len(CATEGORIES)

    class Dcn(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.tables = torch.nn.ModuleList(torch.nn.Embedding(size, 16) for size in CATEGORIES)
            self.crosses = torch.nn.ModuleList(torch.nn.Linear(width, width) for _ in range(3))
            layers: list[Any] = []
            for given, units in ((width, 256), (256, 128)):
                layers += [torch.nn.Linear(given, units), torch.nn.ReLU(), torch.nn.Dropout(0.1)]
            self.deep, self.head = torch.nn.Sequential(*layers), torch.nn.Linear(width + 128, 1)

        def forward(self, *ids: Any) -> Any:
            pairs = zip(self.tables, ids, strict=True)
            row = crossed = torch.cat([table(given[:, 0]) for table, given in pairs], 1)
            for cross in self.crosses:
                crossed = row * cross(crossed) + crossed
            return self.head(torch.cat([crossed, self.deep(row)], 1))

    return Dcn()


def _matching() -> Any:
    import torch
    from torch.nn import Dropout, Embedding, Linear, ReLU, Sequential

    class Matching(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.words, self.counts = Embedding(WORDS, 32), Embedding(WORDS, 1)
            self.items, self.popular = Embedding(FOUND, 32), Embedding(FOUND, 1)
            self.towers = torch.nn.ModuleList(
                Sequential(Linear(width, 128), ReLU(), Dropout(0.1), Linear(128, 32))
                for width in (32, 65)
            )
            deep = [Linear(131, 128), ReLU(), Dropout(0.1), Linear(128, 64), ReLU(), Dropout(0.1)]
            self.deep, self.head = Sequential(*deep), Linear(64 + 32 + 35 + 1, 1)

        def forward(self, words: Any, titles: Any, items: Any, prices: Any) -> Any:
            both = words, titles
            asked, title = (self.words(each).sum(2) / each.shape[2] ** 0.5 for each in both)
            told = torch.cat([title, self.items(items)[:, :, 0], prices], 2)
            towers = [tower(each) for tower, each in zip(self.towers, (asked, told), strict=True)]
            same = (words.unsqueeze(3) == titles.unsqueeze(2)).float()
            here, there = (self.counts(each)[..., 0].exp() for each in both)
            found = (same.sum(3).clamp(max=1) * here).sum(2, keepdim=True)
            met = (same.sum(2).clamp(max=1) * there).sum(2, keepdim=True)
            shares = [found / here.sum(2, keepdim=True), met / there.sum(2, keepdim=True)]
            shared = torch.cat([(1 + found).log(), *shares, asked * title], 2)
            product = towers[0] * towers[1]
            deep = self.deep(torch.cat([*towers, product, shared], 2))
            rest = [product, shared, self.popular(items)[:, :, 0]]
            return self.head(torch.cat([deep, *rest], 2))[:, :, 0]

    return Matching()


def _encoder() -> Any:
    import torch

    class Encoder(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.table = torch.nn.Embedding(PIECES + 2, WIDTH, padding_idx=0)
            self.when, self.norm = torch.nn.Embedding(512, WIDTH), torch.nn.LayerNorm(WIDTH)
            self.drop, self.head = torch.nn.Dropout(0.1), torch.nn.Linear(WIDTH, CLASSES)
            layer = torch.nn.TransformerEncoderLayer(
                WIDTH, LOOKS, INNER, 0.1, "gelu", 1e-12, batch_first=True
            )
            self.blocks = torch.nn.TransformerEncoder(layer, BLOCKS, enable_nested_tensor=False)

        def forward(self, ids: Any) -> Any:
            gone = ids == 0
            stream = self.table(ids) + self.when.weight[: ids.shape[1]]
            stream = self.blocks(self.drop(self.norm(stream)), src_key_padding_mask=gone)
            there = (~gone).unsqueeze(2)
            return self.head(self.drop((stream * there).sum(1) / there.sum(1)))

    return Encoder()
