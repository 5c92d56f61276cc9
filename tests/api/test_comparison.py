"""What `hone plan` takes, the API server takes, and the other way round: over generated variants.

Each difference that is meant has its reason here; any other is a fault of the one or the other.
"""

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hone.api.dialect import meaning
from hone.api.job import OptimizationJob
from hone.door.jobfile import WrongFile, read
from lab.apiserver import Cluster
from tests.api.direct import Direct
from tests.api.variants import variants

SEED, DRAWN = 11, 300
STRICTER = {
    r"needs a (dataset|model) that no earlier stage makes": "no rule knows what a stage makes",
    r"needs an image for its \w+": "no rule knows which kinds run a program of their own",
    r"memoryGrowth.upTo: must be at least": "the limit may stand in role, stage or defaults",
    r"takes one model and found": "no rule counts the models that a stage makes",
    r"which is not (in prepare|among the)": "a rule for each word that names a column: too many",
    r"must name a column|which is made of other columns|it takes \w+|whose values are": "as above",
    r"the lstm model wants sequences of one length": "no rule knows what a model reads",
    r"leave nothing for a model to read": "no rule knows what a model reads",
    r"this stage has no \w+": "no rule knows which roles a stage has",
    r"no figure (is called|of) ": "no rule knows which figures what is predicted has",
    r"cannot be had: the cut should be": "a pattern bounds digits, not how far each figure looks",
    r"of which other tasks know nothing|works on other labels": "no rule compares tasks and steps",
    r"require\[\].task names|evaluate.by names": "no rule knows the tasks and columns of a stage",
    r"is never (above|below) |would allow any loss": "no rule knows what a figure can be",
}
"""What only we refuse, here and by `Accepted=False` in a cluster -> why the schema does not."""
LAXER: dict[str, str] = {}
"""What only the API server refuses -> why we do not."""


def ours(raw: dict[str, Any], file: Path) -> str:
    """Why `hone plan` refuses it; empty where it does not."""
    file.write_text(json.dumps(raw))
    try:
        read(file)
    except WrongFile as wrong:
        return str(wrong)
    return ""


def sent(value: Any) -> Any:
    """What kubectl makes of a file: there are no whole numbers with a point in its JSON."""
    if isinstance(value, dict):
        return {key: sent(each) for key, each in value.items()}
    if isinstance(value, list):
        return [sent(each) for each in value]
    return meaning(repr(value)) if isinstance(value, float) else value


def listed(said: str, reasons: dict[str, str]) -> bool:
    """Whether every word of a refusal is a difference that is meant."""
    lines = said.splitlines()[1:] or [said]
    return all(any(re.search(pattern, line) for pattern in reasons) for line in lines)


def test_the_local_check_and_the_api_server_agree(server: Cluster, tmp_path: Path) -> None:
    different, taken = [], 0
    every = list(variants(SEED, DRAWN))
    with closing(Direct(server)) as direct:
        answers = [direct.create(sent(raw)) for _, raw in every]
    for (name, raw), theirs in zip(every, answers, strict=True):
        mine = ours(raw, tmp_path / "job.json")
        taken += theirs.taken
        if theirs.taken and mine and not listed(mine, STRICTER):
            different.append(f"{name}: only we refuse it: {mine}")
        if not theirs.taken and not mine and not listed(theirs.said, LAXER):
            different.append(f"{name}: only they refuse it: {theirs.said[:300]}")
        if theirs.taken and not mine:
            try:
                OptimizationJob.read(theirs.stored)
            except ValidationError as error:
                different.append(f"{name}: the operator refuses what is stored: {error}")
    assert not different, "\n".join(different)
    assert len(every) >= 600
    assert len(every) / 10 < taken < len(every) * 9 / 10  # otherwise nothing would be compared
