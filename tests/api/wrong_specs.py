# ruff: noqa: E501 - a table reads best a case a line
"""Wrong specs: what a user may get wrong, and the words that the answer must contain.

Each case changes a right spec in one place. ``schema`` cases are refused by the API server, before
anything is stored; ``flow`` cases it cannot see, and ``Accepted=False`` answers them.
"""

import copy
from dataclasses import dataclass
from typing import Any, Literal

from tests.api.right_spec import RIGHT

Path = tuple[str | int, ...]
DROP = object()


@dataclass(frozen=True)
class Wrong:
    """A fault, where it is, and what the answer has to name."""

    name: str
    path: Path
    value: Any
    says: tuple[str, ...]
    seen_by: Literal["schema", "flow"] = "schema"

    def spec(self) -> dict[str, Any]:
        """The right spec with this fault in it."""
        spec = copy.deepcopy(RIGHT)
        holder: Any = spec
        for step in self.path[:-1]:
            holder = holder[step]
        if self.value is DROP:
            del holder[self.path[-1]]
        else:
            holder[self.path[-1]] = copy.deepcopy(self.value)
        return spec


PREPARE: Path = ("stages", 0, "prepare")
TRAIN: Path = ("stages", 1, "train")
COMPRESS: Path = ("stages", 3, "compress")
CUSTOM: Path = ("stages", 5, "custom")
GATE: Path = ("stages", 4, "evaluate", "require", 0)

# fmt: off
CASES = (
    Wrong("no stages", ("stages",), [], ("spec.stages", "at least 1")),
    Wrong("stages missing", ("stages",), DROP, ("spec.stages", "Required")),
    Wrong(
        "two kinds in a stage", ("stages", 2, "train"), RIGHT["stages"][1]["train"],
        ("spec.stages[2]", "set exactly one of prepare, train, fuse, compress, evaluate"),
    ),
    Wrong("no kind in a stage", ("stages", 2, "fuse"), DROP, ("spec.stages[2]", "exactly one of")),
    Wrong("a name twice", ("stages", 2, "name"), "train", ("every name must be used once",)),
    Wrong("a name with capitals", ("stages", 2, "name"), "Fuse", ("spec.stages[2].name",)),
    Wrong("a long stage name", ("stages", 2, "name"), "f" * 25, ("spec.stages[2].name", "24")),
    Wrong(
        "a password in the address", ("artifacts", "uri"), "s3://me:secret@models/shop",
        ("spec.artifacts.uri",),
    ),
    Wrong("a store of an unknown kind", ("artifacts", "uri"), "ftp://x", ("spec.artifacts.uri",)),
    *(
        Wrong(f"a store at {uri!r}", ("artifacts", "uri"), uri, ("spec.artifacts.uri",))
        for uri in ("s3://b/../x", "s3://b//x", "s3://b/x y", "s3://b/x\n", "s3://b:99/x", "/x/..", "x")
    ),
    *(
        Wrong(f"an endpoint at {at!r}", ("artifacts", "endpoint"), at, ("spec.artifacts.endpoint",))
        for at in ("http://m:99999", "http://m:abc", "http://a b", "http://m\n", "http://", "http://[::1")
    ),
    *(
        Wrong(f"a source at {uri!r}", (*PREPARE, "source", "csv", "uri"), uri, ("source.csv.uri",))
        for uri in ("s3://b/../x", "s3://b//x", "x\ny", "ftp://x/y", "s3://u:p@b/x")
    ),
    Wrong("no task", (*PREPARE, "tasks"), [], ("tasks", "at least 1")),
    Wrong("tasks of one name", (*PREPARE, "tasks"), [{"binary": {"label": "clicked"}}] * 2, ("two are called 'clicked'",), "flow"),
    Wrong("a column twice", (*PREPARE, "columns", 1, "name"), "user", ("every name must be used once",)),
    Wrong("an unknown fill", (*PREPARE, "clean", 0, "missing", "fill"), "guess", ("fill", "median")),
    Wrong("all rows kept out", (*PREPARE, "split"), {"validation": 0.5, "test": 0.5}, ("leave rows",)),
    Wrong("half is not enough", (*PREPARE, "split", "test"), 0.9, ("split.test", "0.5")),
    Wrong("no source", (*PREPARE, "source"), {}, ("set exactly one of csv, parquet, jsonLines, sql, clickModel",)),
    Wrong("columns and infer", (*PREPARE, "infer"), {}, ("set exactly one of columns, infer",)),
    Wrong("an id left out", ("stages", 0, "prepare"), {"source": {"csv": {"uri": "/x.csv"}}, "tasks": [{"binary": {"label": "y"}}], "infer": {"ids": ["a"], "leaveOut": ["a"]}}, ("named once",)),
    Wrong("a label among the ids", ("stages", 0, "prepare"), {"source": {"csv": {"uri": "/x.csv"}}, "tasks": [{"binary": {"label": "y"}}], "infer": {"ids": ["y"]}}, ("which prepare.tasks reads",), "flow"),
    Wrong("held-out rows of one label", ("stages", 0, "prepare"), {"source": {"csv": {"uri": "/x.csv"}}, "tasks": [{"binary": {"label": "y"}}], "columns": [{"name": "user", "id": {}}], "split": {"by": {"leaveOneOut": {"by": "user"}}}, "augment": [{"negatives": {"of": "user", "by": "user"}}]}, ("augment[].negatives.heldOut", "such as 99")),
    Wrong("two ways to fill", (*PREPARE, "clean", 0, "missing"), {"fill": "mean", "constant": 1.0}, ("at most one of",)),
    Wrong("outliers by no method", (*PREPARE, "clean", 0), {"outliers": {}}, ("set exactly one of deviation, iqr",)),
    Wrong("a forest that clips", (*PREPARE, "clean", 0), {"outliers": {"isolationForest": {}, "action": "clip"}}, ("use drop or blank",)),
    Wrong("a range without bounds", (*PREPARE, "clean", 0), {"rules": {"hold": [{"range": {"column": "x"}}]}}, ("at least one of atLeast, atMost",)),
    Wrong("a range upside down", (*PREPARE, "clean", 0), {"rules": {"hold": [{"range": {"column": "x", "atLeast": 2.0, "atMost": 1.0}}]}}, ("must not be above",)),
    Wrong("a query that writes", (*PREPARE, "source"), {"sql": {"query": "DELETE FROM clicks", "secretName": "db"}}, ("begin with SELECT or WITH",)),
    Wrong("a number read in two ways", (*PREPARE, "columns", 0), {"name": "p", "number": {"normalize": {"log": {}}, "buckets": {}}}, ("at most one of normalize, buckets",)),
    Wrong("no pods", (*PREPARE, "workers"), 0, ("prepare.workers", "1")),
    Wrong("no epochs", (*TRAIN, "epochs"), 0, ("train.epochs", "1")),
    Wrong("epochs in words", (*TRAIN, "epochs"), "ten", ("train.epochs", "integer")),
    Wrong("one worker is no gang", (*TRAIN, "strategy", "multiWorkerMirrored", "workers"), 1, ("workers", "2")),
    Wrong("an uneven batch", (*TRAIN, "batchSize"), 33, ("batchSize must be a multiple of",)),
    Wrong("a rate of zero", (*TRAIN, "optimizer"), {"adam": {"learningRate": 0}}, ("learningRate", "0")),
    Wrong(
        "two strategies", (*TRAIN, "strategy"), {"singleDevice": {}, "mirrored": {}},
        ("set exactly one of singleDevice",),
    ),
    Wrong("no model", (*TRAIN, "model"), DROP, ("train.model", "Required")),
    Wrong("too many members", (*TRAIN, "members"), 99, ("train.members", "16")),
    Wrong("nothing to try", (*COMPRESS, "candidates"), [], ("compress.candidates",)),
    Wrong("tried and searched", (*COMPRESS, "search"), {}, ("set one of candidates, search",)),
    Wrong("neither", (*COMPRESS, "candidates"), DROP, ("set one of candidates, search",)),
    Wrong(
        "full sparsity", (*COMPRESS, "candidates", 0, "techniques", 0), {"prune": {"sparsity": 1.0}},
        ("sparsity", "1"),
    ),
    Wrong("a gate without a bound", GATE, {"metric": "auc"}, ("set exactly one of atLeast, atMost",)),
    Wrong(
        "an unknown figure", (*GATE, "metric"), "f1",
        ("metric", "accuracy"), "flow",
    ),
    Wrong(
        "memory in words", ("defaults",), {"resources": {"limits": {"memory": "a lot"}}},
        ("spec.defaults.resources.limits",),
    ),
    Wrong("half a device", ("defaults",), {"resources": {"limits": {"nvidia.com/gpu": "0.5"}}}, ("defaults.resources", "devices come whole")),
    Wrong("less than nothing", ("defaults",), {"resources": {"limits": {"cpu": -1}}}, ("defaults.resources.limits",)),
    Wrong("a device without its domain", ("defaults",), {"resources": {"limits": {"gpu": "1"}}}, ("defaults.resources", "with its domain, such as nvidia.com/gpu")),
    Wrong("a device asked for twice", ("defaults",), {"resources": {"limits": {"a.b/c": "2"}, "requests": {"a.b/c": "1"}}}, ("defaults.resources", "leave it out of requests")),
    Wrong("more asked for than allowed", ("defaults",), {"resources": {"limits": {"memory": "1.0Gi"}, "requests": {"memory": "2Gi"}}}, ("defaults.resources", "at most its limit")),
    Wrong(
        "a misspelt field", (*TRAIN, "epoch"), 3,
        ("epoch",),
    ),
    Wrong(
        "a role twice", ("stages", 1, "roles"), [{"role": "worker"}, {"role": "worker", "image": "a"}],
        ("spec.stages[1]", "roles: every role must be named once"),
    ),
    Wrong("a role that nobody knows", ("stages", 1, "roles"), [{"role": "master"}], ("roles[0].role", "chief")),
    Wrong("a role without a name", ("stages", 1, "roles"), [{"image": "a"}], ("roles[0].role",)),
    Wrong(
        "memory in words for a role", ("stages", 1, "roles"),
        [{"role": "worker", "resources": {"limits": {"memory": "much"}}}], ("roles[0].resources.limits",),
    ),
    Wrong("an image with a space", ("stages", 1, "image"), "shop/train: 1", ("image",)),
    Wrong("too many roles", ("stages", 1, "roles"), [{"role": "worker"}] * 5, ("roles", "4")),
    Wrong("root", ("stages", 1, "runAsUser"), 0, ("runAsUser", "1")),
    Wrong("a root file system in words", ("stages", 1, "writableRoot"), "maybe", ("writableRoot", "boolean")),
    Wrong(
        "memory that does not grow", ("stages", 1, "memoryGrowth"), {"factor": 1, "upTo": "4Gi"},
        ("memoryGrowth.factor", "1"),
    ),
    Wrong(
        "memory that explodes", ("defaults",), {"memoryGrowth": {"factor": 5, "upTo": "4Gi"}},
        ("memoryGrowth.factor", "4"),
    ),
    Wrong("growth without a bound", ("defaults",), {"memoryGrowth": {"factor": 2}}, ("memoryGrowth.upTo",)),
    Wrong(
        "a bound below the limit", ("stages", 1),
        {
            **RIGHT["stages"][1], "resources": {"limits": {"memory": "8Gi"}},
            "memoryGrowth": {"upTo": "4Gi"},
        },
        ("stages[1].memoryGrowth.upTo", "at least resources.limits.memory, 8Gi"), "flow",
    ),
    Wrong(
        "a bound below the limit of all", ("defaults",),
        {"resources": {"limits": {"memory": "8Gi"}}, "memoryGrowth": {"upTo": "4Gi"}},
        ("defaults.memoryGrowth.upTo", "at least resources.limits.memory, 8Gi"), "flow",
    ),
    Wrong(
        "a role that the stage has not", ("stages", 1, "roles"), [{"role": "worker"}, {"role": "ps"}],
        ("stages[1].roles[1].role", "this stage has no ps; it has worker"), "flow",
    ),
    Wrong("no command", (*CUSTOM, "command"), DROP, ("custom.command", "Required")),
    Wrong("an empty command", (*CUSTOM, "command"), [], ("custom.command", "at least 1")),
    Wrong("a command in one", (*CUSTOM, "command"), "python train.py", ("custom.command", "array")),
    Wrong("an endless word", (*CUSTOM, "args"), ["x" * 4097], ("custom.args[0]", "4096")),
    Wrong("no pods", (*CUSTOM, "roles"), [], ("custom.roles", "at least 1")),
    Wrong("0 workers", (*CUSTOM, "roles", 1, "replicas"), 0, ("roles[1].replicas", "1")),
    Wrong("too many workers", (*CUSTOM, "roles", 1, "replicas"), 257, ("roles[1].replicas", "256")),
    Wrong("a ps alone", (*CUSTOM, "roles"), [{"name": "ps"}], ("add a chief or a worker",)),
    Wrong("an evaluator alone", (*CUSTOM, "roles"), [{"name": "evaluator"}], ("add a chief or a worker",)),
    Wrong("nobody to lead", (*CUSTOM, "roles"), [{"name": "ps"}, {"name": "evaluator"}], ("add a chief",)),
    Wrong(
        "a pod role twice", (*CUSTOM, "roles"), [{"name": "worker"}, {"name": "worker"}],
        ("custom", "roles: every name must be used once"),
    ),
    Wrong("a pod role that nobody knows", (*CUSTOM, "roles", 0, "name"), "master", ("roles[0].name", "chief")),
    Wrong("two chiefs", (*CUSTOM, "roles", 2, "replicas"), 2, ("roles[2]", "a gang has one chief")),
    Wrong("an empty command of a role", (*CUSTOM, "roles", 0, "command"), [], ("roles[0].command", "1")),
    Wrong("a way to restart that is none", (*CUSTOM, "restart"), "Always", ("custom.restart", "exitCode")),
    Wrong("a port for root", (*CUSTOM, "port"), 80, ("custom.port", "1024")),
    Wrong(
        "a crowd", (*CUSTOM, "roles"),
        [{"name": name, "replicas": 200} for name in ("worker", "ps", "evaluator")],
        ("custom", "roles: at most 512 pods in all"),
    ),
    Wrong(
        "code without an image", ("stages", 5, "image"), DROP,
        ("stages[5]", "custom needs an image for its chief; set stages[5].image"), "flow",
    ),
    Wrong(
        "an image for some of the pods", ("stages", 5),
        {
            "name": "own", "roles": [{"role": "worker", "image": "a"}],
            "custom": {"command": ["a"], "roles": [{"name": "worker"}, {"name": "ps"}]},
        },
        ("stages[5]", "custom needs an image for its ps; set stages[5].image"), "flow",
    ),
    Wrong(
        "settings for a role that is not in the gang", ("stages", 5, "roles"), [{"role": "evaluator"}],
        ("stages[5].roles[0].role", "this stage has no evaluator; it has chief, worker, ps"), "flow",
    ),
    Wrong(
        "training without data", ("stages", 0), {"name": "data", "fuse": {"vote": {}}},
        ("stages[0]", "needs a dataset", "put a prepare stage before it"), "flow",
    ),
    Wrong("two models at once", ("stages", 2), {"name": "fuse", "evaluate": {}}, ("stages[2]", "put a fuse stage before it"), "flow"),
    Wrong("a split by a column that takes no part", (*PREPARE, "split", "by"), {"time": {"column": "day"}}, ("stages[0]", "correct one of the two"), "flow"),
    Wrong(
        "votes for what is no class", ("stages",),
        [{"name": "data", "prepare": {**RIGHT["stages"][0]["prepare"], "tasks": [{"number": {"label": "price"}}]}}, *RIGHT["stages"][1:2], {"name": "fuse", "fuse": {"vote": {"voting": "hard"}}}],
        ("stages[2]", "counts votes for classes, and the answers to 'price' are none"), "flow",
    ),
    Wrong(
        "places of what is in no order", ("stages",),
        [{"name": "data", "prepare": {**RIGHT["stages"][0]["prepare"], "tasks": [{"binary": {"label": "price"}}]}}, *RIGHT["stages"][1:2], {"name": "fuse", "fuse": {"vote": {"voting": "ranks"}}}],
        ("stages[2]", "counts places among classes or items", "'price'", "weightedAverage"), "flow",
    ),
    Wrong(
        "fusing what is no stage", ("stages", 3), {"name": "both", "fuse": {"vote": {}, "members": [{"stage": "trian"}]}},
        ("stages[3]", "fuse names 'trian', which is no stage before it that makes a model", "did you mean 'train'"), "flow",
    ),
    Wrong(
        "fusing before training", ("stages", 1), {"name": "early", "fuse": {"vote": {}}},
        ("stages[1]", "needs a model", "put a train stage before it"), "flow",
    ),
)
# fmt: on
