"""The same model in PyTorch, as its tutorials would have it, and tuned."""

import time
from collections.abc import Iterator
from pathlib import Path

from bench.clicks import clicked, dataset
from hone_trainer.contract.assignment import Source


def epochs(
    folder: Path, source: Source, *, batch: int = 32, rate: float = 0.001
) -> Iterator[tuple[float, float]]:
    """Train the reference model epoch by epoch; give (seconds so far, validation accuracy)."""
    import torch

    class Reference(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, users: int, items: int) -> None:
            super().__init__()
            self.user = torch.nn.Embedding(users, 64)
            self.item = torch.nn.Embedding(items, 64)
            self.lstm = torch.nn.LSTM(128, 64, batch_first=True)
            self.dense = torch.nn.Linear(64, 1)
            for table in (self.user, self.item):
                torch.nn.init.uniform_(table.weight, -0.05, 0.05)  # as Keras does

        def forward(self, user: torch.Tensor, item: torch.Tensor) -> torch.Tensor:
            joined = torch.cat([self.user(user), self.item(item)], -1)
            return self.dense(self.lstm(joined)[0][:, -1])[:, 0]

    data = dataset(folder, source)
    train, validation = data.read("train"), data.read("validation")
    begun = time.perf_counter()
    torch.manual_seed(0)
    sizes = {field.name: field.size for field in data.schema.ids}
    model = Reference(sizes["user"], sizes["item"])
    optimizer = torch.optim.Adam(model.parameters(), rate, eps=1e-7, fused=True)
    lossy = torch.nn.BCEWithLogitsLoss()
    x = [torch.from_numpy(train.features[name]).long() for name in ("user", "item")]
    y = [torch.from_numpy(validation.features[name]).long() for name in ("user", "item")]
    labels = torch.from_numpy(clicked(train)[:, 0])
    truth = torch.from_numpy(clicked(validation)[:, 0]) > 0.5
    while True:
        for chosen in torch.randperm(len(labels)).split(batch):
            optimizer.zero_grad(set_to_none=True)
            lossy(model(x[0][chosen], x[1][chosen]), labels[chosen]).backward()
            optimizer.step()
        with torch.no_grad():
            right = ((model(*y) >= 0) == truth).float().mean().item()
        yield time.perf_counter() - begun, right
