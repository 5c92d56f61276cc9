"""What two workers on one machine cost, against one process on the same cores.

    python -m bench.workers [--rounds 3]

Milliseconds a step of the reference model for several global batches: one process of Hone, two
workers of Hone, two workers of a plain Keras script; in turn, round by round. The difference
between two workers and one is what the collectives cost: the cores are the same.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from bench import gang
from bench.clicks import prepare

BATCHES = (64, 1024, 4096, 8192)
AT_ONCE = 16


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = prepare(folder)
        (folder / "source.json").write_text(json.dumps(source.dump()))

        def hone(size: int, batch: int) -> float:
            rate = {"adam": {"learningRate": 0.005}}
            facts = gang.train(
                folder, source, size, epochs=2, batchSize=batch, optimizer=rate,
                stepsPerExecution=AT_ONCE,
            )  # fmt: skip
            return float(facts["history"][-1]["stepMilliseconds"])

        def plain(batch: int) -> float:
            command = [sys.executable, "-m", "bench.plain_workers", name, str(batch), str(AT_ONCE)]
            return float(gang.run(command, 2, {})[0].splitlines()[-1])

        ways = {
            "one process": lambda batch: hone(1, batch),
            "two workers": lambda batch: hone(2, batch),
            "two workers, plain Keras": plain,
        }
        times: dict[tuple[str, int], list[float]] = {}
        for number in range(rounds):
            for batch in BATCHES:
                for way, run in ways.items():
                    found = run(batch)
                    times.setdefault((way, batch), []).append(found)
                    told = f"round {number + 1}: {way}, batch {batch}: {found:.1f} ms"
                    print(told, file=sys.stderr, flush=True)
    print("| global batch | " + " | ".join(ways) + " | two workers cost |\n|---|---|---|---|---|")
    for batch in BATCHES:
        middle = {way: statistics.median(times[way, batch]) for way in ways}
        cells = " | ".join(f"{value:.1f} ms" for value in middle.values())
        cost = middle["two workers"] / middle["one process"]
        print(f"| {batch} | {cells} | × {cost:.2f} |")


if __name__ == "__main__":
    main()
