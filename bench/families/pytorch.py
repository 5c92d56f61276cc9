"""The same models in PyTorch, with a fused Adam."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.families.family import CATEGORIES, CLASSES, ITEMS, Family


def epochs(family: Family, count: int) -> Iterator[float]:
    """Train; give the seconds of each epoch."""
    import torch

    torch.manual_seed(1)
    rows = family.drawn()
    (kind,) = next(iter(family.model.values()))
    build = {"gru": _gru, "transformer": _transformer, "textCnn": _text, "dcn": _dcn}
    model = build[kind](torch)
    x = [torch.from_numpy(rows.features[field.name]).long() for field in family.fields]
    y = torch.from_numpy(rows.targets["target"].values.astype(np.int64))
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


def _gru(torch: Any) -> Any:
    nn = torch.nn

    class Gru(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(ITEMS + 2, 64, padding_idx=0)
            self.gru = nn.GRU(64, 64, batch_first=True)
            self.summary, self.drop = nn.Linear(64, 64), nn.Dropout(0.2)
            self.bias = nn.Parameter(torch.zeros(ITEMS))

        def forward(self, before: Any) -> Any:
            state = self.gru(self.drop(self.table(before)))[0][:, -1]
            return self.summary(self.drop(state)) @ self.table.weight[2:].T + self.bias

    return Gru()


def _transformer(torch: Any) -> Any:
    nn = torch.nn

    class Transformer(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(ITEMS + 2, 64, padding_idx=0)
            self.when, self.drop = nn.Embedding(20, 64), nn.Dropout(0.2)
            layer = nn.TransformerEncoderLayer(
                64, 2, 256, 0.2, batch_first=True, norm_first=True, layer_norm_eps=1e-6
            )
            self.blocks = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
            self.norm, self.summary = nn.LayerNorm(64, 1e-6), nn.Linear(64, 64)
            self.bias = nn.Parameter(torch.zeros(ITEMS))
            self.register_buffer("later", nn.Transformer.generate_square_subsequent_mask(20))

        def forward(self, before: Any) -> Any:
            stream = self.drop(self.table(before) + self.when.weight)
            stream = self.blocks(stream, mask=self.later, is_causal=True)
            vector = self.summary(self.norm(stream)[:, -1])
            return vector @ self.table.weight[2:].T + self.bias

    return Transformer()


def _text(torch: Any) -> Any:
    nn = torch.nn

    class Text(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(3_000, 48)
            self.convolutions = nn.ModuleList(nn.Conv1d(48, 128, k, padding="same") for k in (2, 3))
            self.pieces = nn.EmbeddingBag(8_192, 32, mode="sum", padding_idx=0)
            self.pairs = nn.EmbeddingBag(4_096, 32, mode="sum", padding_idx=0)
            self.drop, self.head = nn.Dropout(0.3), nn.Linear(320, CLASSES)

        def forward(self, words: Any, pieces: Any, pairs: Any) -> Any:
            vectors = self.words(words).transpose(1, 2)
            found = [torch.relu(each(vectors)).amax(2) for each in self.convolutions]
            found += [self.pieces(pieces) / 192**0.5, self.pairs(pairs) / 32**0.5]
            return self.head(self.drop(torch.cat(found, 1)))

    return Text()


def _dcn(torch: Any) -> Any:
    nn, width = torch.nn, 16 * len(CATEGORIES)

    class Dcn(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.tables = nn.ModuleList(nn.Embedding(size, 16) for size in CATEGORIES)
            self.crosses = nn.ModuleList(nn.Linear(width, width) for _ in range(3))
            layers: list[Any] = []
            for given, units in ((width, 256), (256, 128)):
                layers += [nn.Linear(given, units), nn.ReLU(), nn.Dropout(0.1)]
            self.deep, self.head = nn.Sequential(*layers), nn.Linear(width + 128, 1)

        def forward(self, *ids: Any) -> Any:
            pairs = zip(self.tables, ids, strict=True)
            row = crossed = torch.cat([table(given[:, 0]) for table, given in pairs], 1)
            for cross in self.crosses:
                crossed = row * cross(crossed) + crossed
            return self.head(torch.cat([crossed, self.deep(row)], 1))

    return Dcn()
