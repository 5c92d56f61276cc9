"""The API server without a kubectl between: hundreds of questions in seconds."""

import base64
import http.client
import json
import ssl
import tempfile
from dataclasses import dataclass
from typing import Any

from lab.apiserver import Cluster

JOBS = "/apis/hone.dev/v1alpha1/namespaces/default/optimizationjobs"
ASKED = "dryRun=All&fieldValidation=Strict"


@dataclass(frozen=True)
class Answer:
    """What the server would do."""

    taken: bool
    stored: dict[str, Any]
    """The object with its defaults; empty where it is refused."""
    said: str
    """Why it is refused."""


class Direct:
    """One connection, as the cluster's administrator."""

    def __init__(self, cluster: Cluster) -> None:
        """Read who and where from the kubeconfig; connect with the first question."""
        config = json.loads(cluster.kubeconfig.read_text())
        place, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        trust = ssl.create_default_context(cadata=_plain(place["certificate-authority-data"]))
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(_plain(user["client-certificate-data"]) + _plain(user["client-key-data"]))
            file.flush()
            trust.load_cert_chain(file.name)
        host = place["server"].removeprefix("https://")
        self._connection = http.client.HTTPSConnection(host, context=trust)

    def create(self, raw: dict[str, Any], path: str = JOBS) -> Answer:
        """Ask what would become of an object; nothing is stored."""
        kind = {"Content-Type": "application/json"}
        self._connection.request("POST", f"{path}?{ASKED}", json.dumps(raw), kind)
        answer = self._connection.getresponse()
        body = json.loads(answer.read())
        taken = answer.status == http.client.CREATED
        return Answer(taken, body if taken else {}, "" if taken else str(body.get("message")))

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def _plain(text: str) -> str:
    return base64.b64decode(text).decode()
