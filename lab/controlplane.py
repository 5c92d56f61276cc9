"""The control plane: etcd, the API server and the controller manager, the same at every depth.

RBAC is on and every caller has a certificate, as on a cluster in earnest: an operator that is
missing a permission fails here and not at its first user.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab import kubeconfig, probes, processes
from lab.certs import Authority, Pair
from lab.processes import Component

SERVICE_RANGE = "10.96.0.0/16"
FIRST_SERVICE = "10.96.0.1"
DNS_NAMES = (
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)


@dataclass(frozen=True)
class Ports:
    """Where the parts of one control plane listen."""

    api: int
    etcd: int
    etcd_peer: int
    controllers: int


@dataclass
class ControlPlane:
    """Starts the parts in order and stops them in the reverse order.

    Attributes:
        binaries: tool name to path.
        folder: certificates, kubeconfigs, logs and data go below it.
        ports: where the parts listen.
        bind: the address that the API server listens on.
        advertise: the API server's address as pods see it; empty where there are no pods.
    """

    binaries: Mapping[str, Path]
    folder: Path
    ports: Ports
    bind: str = "127.0.0.1"
    advertise: str = ""
    etcd_data: Path | None = None
    running: list[Component] = field(default_factory=list)

    @property
    def server(self) -> str:
        """The URL of the API server on this machine."""
        return f"https://127.0.0.1:{self.ports.api}"

    @property
    def logs(self) -> Path:
        """The folder of the logs."""
        return self.folder / "logs"

    def start(self, first: Callable[[Path], object] = lambda _: None) -> Path:
        """Bring it all up and return the kubeconfig of an administrator.

        Args:
            first: called with that kubeconfig before the controllers start. Of a kind that is
                defined later, their garbage collector hears only after half a minute.
        """
        self.authority = Authority.create(self.folder / "pki")
        self.tokens = self.authority.sign_tokens()
        admin = self.login("admin", "hone-lab-admin", "system:masters")
        etcd = self._start_etcd()
        api = self._start_api()  # it waits for etcd by itself
        etcd.await_ready(probes.answering(f"http://127.0.0.1:{self.ports.etcd}/health"))
        api.await_ready(probes.answering(f"{self.server}/readyz", self.authority.ca.cert))
        first(admin)
        controllers = self._start_controllers()
        health = f"https://127.0.0.1:{self.ports.controllers}/healthz"
        controllers.await_ready(probes.answering(health))
        # It calls itself healthy before it works; the account it makes is the proof.
        account = f"{self.server}/api/v1/namespaces/default/serviceaccounts/default"
        ours = Pair(self.folder / "pki/admin.crt", self.folder / "pki/admin.key")
        controllers.await_ready(probes.answering(account, self.authority.ca.cert, ours))
        return admin

    def stop(self) -> None:
        """End what was started, the last one first."""
        while self.running:
            self.running.pop().stop()

    def login(self, name: str, user: str, group: str = "") -> Path:
        """Make a certificate and a kubeconfig for somebody, and return the kubeconfig's path."""
        pair = self.authority.issue(name, user, group)
        path = self.folder / f"{name}.kubeconfig"
        return kubeconfig.write(path, self.server, self.authority.ca.cert, pair)

    def launch(self, tool: str, *options: str) -> Component:
        """Start one tool and keep it for `stop`."""
        component = processes.start(tool, [self.binaries[tool], *options], self.logs)
        self.running.append(component)
        return component

    def _start_etcd(self) -> Component:
        client = f"http://127.0.0.1:{self.ports.etcd}"
        peer = f"http://127.0.0.1:{self.ports.etcd_peer}"
        return self.launch(
            "etcd",
            f"--data-dir={self.etcd_data or self.folder / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",  # nobody restores a test's data after a power cut
            "--log-level=warn",
        )

    def _start_api(self) -> Component:
        hosts = (*DNS_NAMES, "127.0.0.1", FIRST_SERVICE, *filter(None, [self.advertise]))
        serving = self.authority.issue("apiserver", "kube-apiserver", hosts=hosts)
        to_kubelet = self.authority.issue("apiserver-kubelet", "kube-apiserver", "system:masters")
        # Without pods nobody looks for the address of `kubernetes.default`, and a loopback
        # address is refused there.
        reach = f"--advertise-address={self.advertise}" if self.advertise else ""
        return self.launch(
            "kube-apiserver",
            reach or "--endpoint-reconciler-type=none",
            f"--etcd-servers=http://127.0.0.1:{self.ports.etcd}",
            f"--bind-address={self.bind}",
            f"--secure-port={self.ports.api}",
            f"--service-cluster-ip-range={SERVICE_RANGE}",
            f"--client-ca-file={self.authority.ca.cert}",
            *_tls(serving),
            f"--kubelet-client-certificate={to_kubelet.cert}",
            f"--kubelet-client-key={to_kubelet.key}",
            "--kubelet-preferred-address-types=InternalIP",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            f"--service-account-key-file={self.tokens.cert}",
            f"--service-account-signing-key-file={self.tokens.key}",
            "--authorization-mode=Node,RBAC",
            "--allow-privileged=true",
        )

    def _start_controllers(self) -> Component:
        login = self.login("controllers", "system:kube-controller-manager")
        return self.launch(
            "kube-controller-manager",
            f"--kubeconfig={login}",
            "--bind-address=127.0.0.1",
            f"--secure-port={self.ports.controllers}",
            f"--cert-dir={self.folder / 'pki'}",
            f"--root-ca-file={self.authority.ca.cert}",
            f"--service-account-private-key-file={self.tokens.key}",
            "--use-service-account-credentials=true",
            # It makes an account for each controller: at the usual pace that takes four seconds.
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
            "--leader-elect=false",
        )


def _tls(pair: Pair) -> tuple[str, str]:
    return f"--tls-cert-file={pair.cert}", f"--tls-private-key-file={pair.key}"
