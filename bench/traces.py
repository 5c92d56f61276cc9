"""Where a training was when a fault met it, and what came of it as a table."""

import time
from itertools import pairwise

from bench.watching import JSON
from tests.realnode.siege import Siege

PER_EPOCH, AT_ONCE = 38, 2
"""Steps of an epoch, and of a block."""


class Trace:
    """Where a training was, by the objects that it left in the store while somebody looked."""

    def __init__(self, siege: Siege) -> None:
        self.siege = siege
        self._saved: dict[tuple[int, int], float] = {}

    def look(self) -> None:
        """Take note of the checkpoints that are there."""
        if self.siege.gang():
            for each in self.siege.checkpoints():
                self._saved.setdefault(each, time.time())

    def reached(self, epoch: int) -> bool:
        """Say whether the chief is within this epoch; -1 stands for running pods without a step."""
        self.look()
        if epoch < 0:
            gang = self.siege.gang()
            return bool(gang) and len(self.siege.pods()) == gang["size"]
        if blocks := self.siege.blocks(0):
            return blocks[-1] > (epoch, 0)
        chiefs = [p for p in self.siege.pods() if self._leads(p)]
        names = [chief["metadata"]["name"] for chief in chiefs]
        logs = [self.siege.desk.kubectl("logs", name, check=False) for name in names]
        return any(f" epoch {epoch + 1}/" in log for log in logs)

    def repeated(self, struck: float, restarts: JSON) -> float | None:
        """Return the steps that were done again, by the row log or the pace of checkpoints."""
        attempts = sum(restarts.values())
        if not attempts:
            return 0.0
        blocks = [self.siege.blocks(attempt) for attempt in range(attempts + 1)]
        if any(blocks):
            steps = [[e * PER_EPOCH + first for e, first in each] for each in blocks if each]
            return float(sum(max(0, max(a) + AT_ONCE - min(b)) for a, b in pairwise(steps)))
        mine = sorted((at, step) for (attempt, step), at in self._saved.items() if not attempt)
        before = [(at, step) for at, step in mine if at <= struck]
        if len(before) < 2:
            return None
        (first, from_), (last, to) = before[0], before[-1]
        return round((struck - last) * (to - from_) / max(last - first, 0.001))

    def interval(self) -> float | None:
        """Return the most steps between two checkpoints of an attempt."""
        pairs = pairwise(sorted(self._saved))
        return max((b[1] - a[1] for a, b in pairs if a[0] == b[0]), default=None)

    @staticmethod
    def _leads(pod: JSON) -> bool:
        labels = pod["metadata"]["labels"]
        index = labels["batch.kubernetes.io/job-completion-index"]
        return index == "0" and labels["hone.dev/role"] in ("chief", "worker")


def table(results: list[JSON]) -> str:
    """Return the results as Markdown."""
    head = "| strategy | fault | moment | detected | new pods | lost | steps again | interval "
    lines = [head + "| loss differs by | restarts |", "|---" * 10 + "|"]

    def figure(value: float | None, digits: int = 1) -> str:
        return "" if value is None else f"{value:.{digits}f}"

    for each in sorted(results, key=lambda e: (e["strategy"], e["fault"])):
        if each["fault"] == "none":
            continue
        restarts = ", ".join(f"{n} {cause}" for cause, n in each["restarts"].items())
        if each["replaced"]:
            restarts = ", ".join(filter(None, (restarts, f"{each['replaced']} replaced")))
        if not each["state"].startswith("Succeeded"):
            restarts = each["state"]
        cells = [each["strategy"], each["fault"], each["moment"]]
        cells += [figure(each["detected"]), figure(each["again"]), figure(each["lost"], 0)]
        cells += [figure(each["repeated"], 0), figure(each["interval"], 0)]
        cells += [f"{each['drift']:.1e}", restarts or "none"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
