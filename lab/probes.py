"""Signals that something is really up: an answer, not a pause."""

import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from lab import patience
from lab.certs import Pair


def listening(address: str, port: int) -> Callable[[], bool]:
    """Return a probe: does somebody accept connections there?"""

    def probe() -> bool:
        with socket.create_connection((address, port), timeout=patience.seconds(1)):
            return True

    return probe


def answering(url: str, ca: Path | None = None, client: Pair | None = None) -> Callable[[], bool]:
    """Return a probe: does a GET answer 200?

    Args:
        url: what to get; an endpoint of this machine.
        ca: the authority that signed the server; None accepts any certificate, which is for
            components that sign their own and are asked for their health only.
        client: the certificate to show.
    """

    def probe() -> bool:
        context = ssl.create_default_context(cafile=None if ca is None else str(ca))
        if ca is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if client is not None:
            context.load_cert_chain(client.cert, client.key)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        try:
            with opener.open(url, timeout=patience.seconds(2)) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            return False

    return probe


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback that nobody listens on just now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()
