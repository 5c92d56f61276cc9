"""A small certificate authority for one cluster's life.

It calls the `openssl` command: the room is stdlib and pyyaml only, and openssl is wherever a
certificate bundle is. Keys are elliptic, which openssl makes in milliseconds.
"""

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lab import places
from lab.faults import Broken, Missing

_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_DAYS = ("-days", "365")


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key, as files."""

    cert: Path
    key: Path


@dataclass(frozen=True)
class Authority:
    """Issues the certificates of one cluster into one folder."""

    folder: Path

    @property
    def ca(self) -> Pair:
        """The authority's own certificate, which everybody trusts."""
        return self._pair("ca")

    @classmethod
    def create(cls, folder: Path) -> "Authority":
        """Make a new authority whose files go to `folder`, readable by this user only."""
        if shutil.which("openssl") is None:
            raise Missing("no openssl command: install the package openssl")
        authority = cls(places.private(folder))
        usage = "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"
        authority._request("ca", "/CN=hone-lab", "-addext", usage)
        return authority

    def issue(self, name: str, user: str, group: str = "", hosts: Iterable[str] = ()) -> Pair:
        """Issue a certificate for a user and, where `hosts` has any, for a server.

        Args:
            name: the stem of the files.
            user: the common name, which Kubernetes takes for the user's name.
            group: the organisation, which Kubernetes takes for the user's group.
            hosts: names and addresses that the server answers to.
        """
        subject = f"/O={group}/CN={user}" if group else f"/CN={user}"
        names = [("IP:" if _is_address(host) else "DNS:") + host for host in hosts]
        extensions = ["extendedKeyUsage=clientAuth,serverAuth", "basicConstraints=CA:FALSE"]
        extensions += [f"subjectAltName={','.join(names)}"] if names else []
        added = [word for extension in extensions for word in ("-addext", extension)]
        signed = ["-CA", str(self.ca.cert), "-CAkey", str(self.ca.key)]
        return self._request(name, subject, *signed, *added)

    def sign_tokens(self) -> Pair:
        """Make the key pair that signs service accounts' tokens; `cert` is the public key."""
        pair = Pair(self.folder / "tokens.pub", self.folder / "tokens.key")
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(pair.key))
        _openssl("ec", "-in", str(pair.key), "-pubout", "-out", str(pair.cert))
        return pair

    def _pair(self, name: str) -> Pair:
        return Pair(self.folder / f"{name}.crt", self.folder / f"{name}.key")

    def _request(self, name: str, subject: str, *more: str) -> Pair:
        pair = self._pair(name)
        files = ["-keyout", str(pair.key), "-out", str(pair.cert)]
        _openssl("req", "-x509", *_NEW_KEY, *_DAYS, "-subj", subject, *files, *more)
        return pair


def _openssl(*arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise Broken(f"openssl {arguments[0]} failed: {done.stderr[-1000:]}")


def _is_address(host: str) -> bool:
    return host.replace(".", "").isdigit()
