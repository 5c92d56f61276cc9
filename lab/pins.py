"""What the room is built from: tools, the Go modules they come from, and exactly which versions.

Each home is a folder `lab/go/<home>/` whose go.mod names the versions and whose go.sum holds the
hash of every module below them. All that runs in a cluster has one home: what its tools share, they
share in one version, and it is compiled once. Kubernetes stays at 1.35: the last that runs on
containerd 1.x and on cgroup v1, which is what Debian 12 and small virtual machines have.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "go"
FLAGS = ("-trimpath", "-buildvcs=false")


@dataclass(frozen=True)
class Tool:
    """One binary: its name, its package below the module, and how to ask it for its version.

    A package that begins with `./` is a program of our own, beside go.mod.
    """

    name: str
    package: str = ""
    ask: tuple[str, ...] = ("--version",)


@dataclass(frozen=True)
class Group:
    """Tools that are built from one module.

    Attributes:
        name: what the cache folder is called.
        module: the Go module that the tools come from.
        tools: the binaries, in the order to build them.
        stamps: linker variables that tell the binary its version; `{v}` is the pinned version.
        home: the folder below `lab/go/`.
    """

    name: str
    module: str
    tools: tuple[Tool, ...]
    stamps: tuple[str, ...] = ()
    home: str = "cluster"

    @property
    def folder(self) -> Path:
        """Where the group's go.mod and go.sum are."""
        return FOLDER / self.home

    @property
    def pin(self) -> str:
        """The version that go.mod requires, with its leading v."""
        pattern = rf"^(?:require )?\s*{re.escape(self.module)} (v\S+)(?: // indirect)?$"
        found = re.search(pattern, (self.folder / "go.mod").read_text(), re.MULTILINE)
        if found is None:
            raise ValueError(f"{self.folder}/go.mod does not require {self.module}")
        return found.group(1)

    def target(self, tool: Tool) -> str:
        """Return what Go is asked to build for a tool."""
        return tool.package if tool.package.startswith("./") else self.module + tool.package

    @property
    def ldflags(self) -> str:
        """What the linker is told: no debug tables, and the version of the binary."""
        stamps = [f"-X {stamp.format(v=self.pin)}" for stamp in self.stamps]
        return " ".join(["-s", "-w", *stamps])

    @property
    def digest(self) -> str:
        """A short name for everything that decides what the binaries are."""
        sources = sorted(self.folder.rglob("*.go"))
        files = (self.folder / "go.mod", self.folder / "go.sum", *sources)
        parts = [path.read_bytes() for path in files]
        parts += [repr((self.tools, self.ldflags, FLAGS)).encode()]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


_COMPONENT = "k8s.io/component-base/version."

GROUPS = (
    Group(
        name="etcd",  # Debian's own is too old: it lacks what consistent cached lists need.
        module="go.etcd.io/etcd/server/v3",
        tools=(Tool("etcd"),),
    ),
    Group(
        name="kubernetes",
        module="k8s.io/kubernetes",
        tools=(
            Tool("kube-apiserver", "/cmd/kube-apiserver"),
            Tool("kube-controller-manager", "/cmd/kube-controller-manager"),
            Tool("kubelet", "/cmd/kubelet"),
            Tool("kube-scheduler", "/cmd/kube-scheduler"),
            Tool("kube-proxy", "/cmd/kube-proxy"),
            Tool("kubectl", "/cmd/kubectl", ("version", "--client")),
        ),
        # Unstamped, it calls itself v0.0.0, and clients that compare versions misbehave.
        stamps=(
            f"{_COMPONENT}gitVersion={{v}}",
            f"{_COMPONENT}gitMajor=1",
            f"{_COMPONENT}gitMinor=35",
        ),
    ),
    Group(
        name="versitygw",
        module="github.com/versity/versitygw",
        tools=(Tool("versitygw", "/cmd/versitygw"),),
        stamps=("main.Version={v}",),
    ),
    Group(
        name="coredns",
        module="github.com/coredns/coredns",
        tools=(Tool("coredns", "./coredns", ("-version",)),),
    ),
    Group(
        name="helm4",
        module="helm.sh/helm/v4",
        tools=(Tool("helm", "/cmd/helm", ("version", "--short")),),
        stamps=("helm.sh/helm/v4/internal/version.version={v}",),
        home="helm4",
    ),
    Group(
        name="helm3",
        module="helm.sh/helm/v3",
        tools=(Tool("helm3", "/cmd/helm", ("version", "--short")),),
        stamps=("helm.sh/helm/v3/internal/version.version={v}",),
        home="helm3",
    ),
)


def find(name: str) -> tuple[Group, Tool]:
    """Return a tool and the group that it is built in; KeyError where there is no such tool."""
    for group in GROUPS:
        for tool in group.tools:
            if tool.name == name:
                return group, tool
    raise KeyError(name)


def names() -> tuple[str, ...]:
    """Return every tool's name, in the order to build them."""
    return tuple(tool.name for group in GROUPS for tool in group.tools)
