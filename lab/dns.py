"""Names in the box: CoreDNS beside the API server, bound to the bridge that pods look at."""

from lab import ground, probes
from lab.controlplane import ControlPlane
from lab.processes import Component

# Short memory, and none for names that are not there yet: a gang asks for its peers until they
# are, and would wait out every remembered no.
COREFILE = """\
cluster.local in-addr.arpa {{
    bind {address}
    errors
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {login}
        pods insecure
        ttl 5
    }}
    cache 5 {{
        disable denial
    }}
}}
. {{
    bind {address}
    health 127.0.0.1:8181
    ready 127.0.0.1:8182
    template ANY ANY {{
        rcode NXDOMAIN
    }}
}}
"""


def start(plane: ControlPlane) -> Component:
    """Start the name server; a name outside the cluster does not exist, as there is no way out."""
    login = plane.folder / "admin.kubeconfig"
    corefile = plane.folder / "Corefile"
    corefile.write_text(COREFILE.format(address=ground.GATEWAY, login=login))
    server = plane.launch("coredns", f"-conf={corefile}")
    server.await_ready(probes.answering("http://127.0.0.1:8182/ready"))
    return server
