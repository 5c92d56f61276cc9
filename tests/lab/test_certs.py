"""Certificates: who is who, and where a server answers."""

import stat
import subprocess
from pathlib import Path

import pytest

from lab.certs import Authority, Pair


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "pki")


def text_of(pair: Pair) -> str:
    command = ["openssl", "x509", "-in", str(pair.cert), "-noout", "-text"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_user_and_group_are_in_the_subject(authority: Authority) -> None:
    text = text_of(authority.issue("node", "system:node:hone", "system:nodes"))
    assert "O = system:nodes, CN = system:node:hone" in text


def test_a_certificate_is_good_by_its_authority(authority: Authority) -> None:
    pair = authority.issue("admin", "admin")
    command = ["openssl", "verify", "-CAfile", str(authority.ca.cert), str(pair.cert)]
    assert subprocess.run(command, capture_output=True).returncode == 0


def test_names_and_addresses_are_told_apart(authority: Authority) -> None:
    text = text_of(authority.issue("server", "server", hosts=("localhost", "10.96.0.1")))
    assert "DNS:localhost, IP Address:10.96.0.1" in text


def test_nobody_else_may_issue(authority: Authority) -> None:
    assert "CA:FALSE" in text_of(authority.issue("admin", "admin"))
    assert "CA:TRUE" in text_of(authority.ca)


def test_only_the_owner_may_look(authority: Authority) -> None:
    assert stat.S_IMODE(authority.folder.stat().st_mode) == 0o700


def test_the_key_of_tokens_is_a_pair(authority: Authority) -> None:
    pair = authority.sign_tokens()
    assert "PUBLIC KEY" in pair.cert.read_text()
    assert "PRIVATE KEY" in pair.key.read_text()
