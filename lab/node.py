"""The one node of a box: container runtime, kubelet, service proxy and scheduler.

The settings that are not obvious were each paid for with an hour; the reason stands beside them.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from lab import ground, oci, probes, processes
from lab.controlplane import ControlPlane
from lab.faults import Broken
from lab.processes import Component

SOCKET = Path("/run/containerd/containerd.sock")
PAUSE = "hone.dev/pause:lab"
CTR = ("ctr", "--address", str(SOCKET), "--namespace", "k8s.io")


def start_containerd(plane: ControlPlane, root: Path) -> Component:
    """Start the container runtime, without what an earlier life of the box left in it.

    Args:
        plane: who keeps the process.
        root: the folder of images, which outlives the box.
    """
    containerd = _launch_containerd(plane, root)
    if leftovers := _ctr("containers", "ls", "-q").split():
        # Their processes are long gone. The runtime has read about them by now, so it starts anew.
        _ctr("containers", "rm", *leftovers)
        containerd.stop()
        plane.running.remove(containerd)
        containerd = _launch_containerd(plane, root)
    if PAUSE not in _ctr("images", "ls", "-q").split():
        archive = plane.folder / "pause.tar"
        pause = {"bin/busybox": Path("/bin/busybox")}
        oci.write_static(archive, PAUSE, pause, ("/bin/busybox", "sleep", "2147483647"))
        _ctr("images", "import", str(archive))
    return containerd


def start_kubelet(plane: ControlPlane, cgroup: str) -> Component:
    """Start the kubelet and wait until the node is Ready.

    Args:
        plane: the control plane to join.
        cgroup: the name of the box's control group.
    """
    _write_cni(plane.folder / "cni")
    serving = plane.authority.issue("kubelet", ground.NODE, hosts=(ground.NODE, ground.GATEWAY))
    config = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": ground.GATEWAY,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(plane.authority.ca.cert)},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(serving.cert),
        "tlsPrivateKeyFile": str(serving.key),
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{cgroup}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "enforceNodeAllocatable": [],
        "clusterDNS": [ground.GATEWAY],
        "clusterDomain": "cluster.local",
        "containerRuntimeEndpoint": f"unix://{SOCKET}",
        "podLogsDir": "/var/log/pods",
        # A developer's disk is often fuller than a server's.
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%"},
        "imageGCHighThresholdPercent": 100,
        # Tests wait for pods; the kubelet need not look at them only once a minute.
        "syncFrequency": "10s",
        "nodeStatusUpdateFrequency": "5s",
        "fileCheckFrequency": "0s",
        "serializeImagePulls": False,
    }
    login = plane.login("node", f"system:node:{ground.NODE}", "system:nodes")
    kubelet = plane.launch(
        "kubelet",
        f"--config={_write(plane.folder / 'kubelet.yaml', config)}",
        f"--kubeconfig={login}",
        f"--root-dir={plane.folder / 'kubelet'}",
        f"--hostname-override={ground.NODE}",
        f"--node-ip={ground.GATEWAY}",
    )
    kubelet.await_ready(probes.answering("http://127.0.0.1:10248/healthz"))
    return kubelet


def start_proxy(plane: ControlPlane) -> Component:
    """Start the proxy that makes the addresses of Services work."""
    config = {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
        "clusterCIDR": ground.PODS,
        "hostnameOverride": ground.NODE,
        "clientConnection": {
            "kubeconfig": str(plane.login("proxy", "system:kube-proxy")),
        },
        "conntrack": {"maxPerCore": 0},  # the table belongs to the machine: leave its size alone
    }
    path = _write(plane.folder / "proxy.yaml", config)
    proxy = plane.launch("kube-proxy", f"--config={path}")
    proxy.await_ready(probes.answering("http://127.0.0.1:10256/livez"))
    return proxy


def start_scheduler(plane: ControlPlane) -> Component:
    """Start the scheduler."""
    login = plane.login("scheduler", "system:kube-scheduler")
    scheduler = plane.launch(
        "kube-scheduler",
        f"--kubeconfig={login}",
        f"--authentication-kubeconfig={login}",
        f"--authorization-kubeconfig={login}",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
    )
    scheduler.await_ready(probes.answering("https://127.0.0.1:10259/healthz"))
    return scheduler


def _launch_containerd(plane: ControlPlane, root: Path) -> Component:
    config = plane.folder / "containerd.toml"
    config.write_text(_CONTAINERD.format(root=root, socket=SOCKET, cni=plane.folder / "cni"))
    command = ["containerd", "--config", str(config)]
    containerd = processes.start("containerd", command, plane.logs)
    plane.running.append(containerd)
    containerd.await_ready(lambda: SOCKET.exists() and _answers("version"))
    return containerd


def _write_cni(folder: Path) -> None:
    bridge = {
        "type": "bridge",
        "bridge": ground.BRIDGE,
        "isGateway": True,
        "ipMasq": True,
        "hairpinMode": True,  # a pod may reach itself through its own Service
        "ipam": {
            "type": "host-local",
            "ranges": [[{"subnet": ground.PODS}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    network = {"cniVersion": "1.0.0", "name": "lab", "plugins": [bridge, ports]}
    folder.mkdir(exist_ok=True)
    _write(folder / "10-lab.conflist", network)


def _write(path: Path, content: dict[str, Any]) -> Path:
    path.write_text(json.dumps(content, indent=1))  # JSON is YAML
    return path


def _ctr(*arguments: str) -> str:
    done = subprocess.run([*CTR, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise Broken(f"ctr {' '.join(arguments[:2])}: {done.stderr[-1000:]}")
    return done.stdout


def _answers(*arguments: str) -> bool:
    return subprocess.run([*CTR, *arguments], capture_output=True).returncode == 0


# `restrict_oom_score_adj`: where root may not lower the score, every sandbox fails without it.
_CONTAINERD = """\
version = 2
root = "{root}"
state = "/run/containerd"
[grpc]
  address = "{socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "/run/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "hone.dev/pause:lab"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{cni}"
"""
