"""Google's and Microsoft's buckets: read from a server that answers as theirs do, and explained."""

import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from hone_trainer.store.errors import explain
from tests.trainer.sourced import read, source_of

TEXT = "user,price,bought\n" + "".join(f"u{n},{n},1\n" for n in range(50))
SECRET = "bmV2ZXItdG8tYmUtcHJpbnRlZA=="
SCHEMES = ("gs", "az")
FIELD = "prepare.source.csv.uri"
BLOBS = "<EnumerationResults><Blobs>{}</Blobs></EnumerationResults>"
BLOB = (
    "<Blob><Name>{0}</Name><Properties><Last-Modified>{2}</Last-Modified>"
    "<Etag>&quot;{1}&quot;</Etag><Content-Length>{1}</Content-Length>"
    "<Content-Type>text/csv</Content-Type></Properties></Blob>"
)
RESULT = "<ListBucketResult>{}</ListBucketResult>"
CONTENTS = (
    "<Contents><Key>{0}</Key><Size>{1}</Size><LastModified>{2}</LastModified>"
    "<ETag>&quot;{1}&quot;</ETag></Contents>"
)


class Cloud(BaseHTTPRequestHandler):
    """One bucket, ``raw``, whose objects are listed and read as both services do."""

    objects = {"clicks/a.csv": TEXT.encode(), "clicks/_SUCCESS": b"", "other/b.csv": b""}
    refusal: tuple[int, str] | None = None

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = parse_qs(url.query)
        name = unquote(url.path).removeprefix("/raw").removeprefix("/")
        if self.refusal is not None:
            status, code = self.refusal
            self.answer(status, f"<Error><Code>{code}</Code></Error>".encode())
        elif not name:
            prefix = asked.get("prefix", [""])[0]
            self.answer(200, self.listing(prefix, microsoft="comp" in asked))
        elif name not in self.objects:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self.send(self.objects[name])

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def listing(self, prefix: str, microsoft: bool) -> bytes:
        found = {name: data for name, data in self.objects.items() if name.startswith(prefix)}
        when = "Thu, 01 Jan 2026 00:00:00 GMT" if microsoft else "2026-01-01T00:00:00.000Z"
        inside = "".join(
            (BLOB if microsoft else CONTENTS).format(name, len(data), when)
            for name, data in found.items()
        )
        return (BLOBS if microsoft else RESULT).format(inside).encode()

    def send(self, data: bytes) -> None:
        asked = self.headers.get("Range")
        headers = {"ETag": f'"{len(data)}"', "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
        if asked is None:
            return self.answer(200, data, headers)
        start, end = (int(part) for part in asked.removeprefix("bytes=").split("-"))
        part = data[start : end + 1]
        headers["Content-Range"] = f"bytes {start}-{start + len(part) - 1}/{len(data)}"
        return self.answer(206, part, headers)

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Cloud]]:
    """Let both services be a server of our own."""
    for name in [n for n in os.environ if n.startswith(("GOOGLE_", "AZURE_", "AWS_"))]:
        monkeypatch.delenv(name)

    class Mine(Cloud):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Mine)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    account = {"gcs_base_url": url, "disable_oauth": True, "client_email": "", "private_key": ""}
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", json.dumps({**account, "private_key_id": ""}))
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "shop")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", SECRET)
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", url)
    monkeypatch.setattr("hone_trainer.store.artifact_store.FIRST_PATIENCE_S", 0.0)
    monkeypatch.setattr("hone_trainer.store.object_store_clients._RETRIES", {"max_retries": 0})
    monkeypatch.setattr("hone_trainer.store.artifact_store.PAUSE_S", 0.0)
    yield Mine
    server.shutdown()
    thread.join()
    server.server_close()


def artifacts(scheme: str) -> ArtifactStore:
    return open_store(Store(uri=f"{scheme}://raw/artifacts"))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("path", ["clicks", "clicks/a.csv", "cl*/*.csv", ""])
def test_files_of_a_bucket_are_read(
    scheme: str, path: str, monkeypatch: pytest.MonkeyPatch, cloud: type[Cloud]
) -> None:
    monkeypatch.setattr("hone_trainer.sources.source.PIECE_BYTES", 100)
    cloud.objects = {**Cloud.objects, "other/b.csv": b"user,price,bought\n"}
    uri = f"{scheme}://raw/{path}".rstrip("/")
    found = read(source_of("csv", uri=uri), artifacts(scheme))
    assert found.table["price"] == list(range(50))
    assert len(found.pieces) > 3
    assert found.pieces[0].uri == f"{scheme}://raw/clicks/a.csv"
    assert found.pieces[0].version == f'"{len(TEXT)}" {len(TEXT)}'


@pytest.mark.parametrize(
    ("refusal", "reason", "says"),
    [
        ((404, "NoSuchBucket"), "BucketNotFound", "bucket 'raw' is not at {}: create it"),
        ((404, "ContainerNotFound"), "BucketNotFound", "bucket 'raw' is not at {}"),
        ((404, "BlobNotFound"), "InputNotFound", "there is no object"),
        ((403, "AuthenticationFailed"), "StorageForbidden", "{} refused"),
        ((401, "AccessDenied"), "StorageForbidden", "ACCOUNT_KEY in the Secret"),
        ((409, "PublicAccessNotPermitted"), "StorageForbidden", "credentials.secretName"),
        ((400, "InvalidUri"), "StorageRefused", f"{{}} answered 400 InvalidUri.*check {FIELD}"),
        ((503, "ServerBusy"), "StorageUnreachable", "{} answered 503 ServerBusy: check that pods"),
    ],
)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_refusal_says_what_to_do(
    scheme: str, cloud: type[Cloud], refusal: tuple[int, str], reason: str, says: str
) -> None:
    cloud.refusal = refusal
    name = {"gs": "Google Cloud Storage", "az": "Azure Blob Storage"}[scheme]
    place = artifacts(scheme).at(f"{scheme}://raw/clicks", FIELD)
    with pytest.raises(StageFailure, match=says.format(name)) as caught:
        place.entries("")
    assert caught.value.reason == reason
    assert caught.value.retry == (reason == "StorageUnreachable")
    assert SECRET not in caught.value.message


@pytest.mark.parametrize(
    ("scheme", "environ", "says"),
    [
        ("az", {"AZURE_STORAGE_ACCOUNT_NAME": None}, "check AZURE_STORAGE_ACCOUNT_NAME"),
        ("az", {"AZURE_STORAGE_ACCOUNT_KEY": "%%%"}, "and AZURE_STORAGE_ACCOUNT_KEY in the Secret"),
        ("gs", {"GOOGLE_SERVICE_ACCOUNT_KEY": "{no json"}, "check GOOGLE_SERVICE_ACCOUNT_KEY"),
        (
            "gs",
            {"GOOGLE_SERVICE_ACCOUNT_KEY": None, "GOOGLE_SERVICE_ACCOUNT": "/nowhere.json"},
            "credentials.secretName",
        ),
    ],
)
def test_credentials_that_make_no_sense_are_named(
    monkeypatch: pytest.MonkeyPatch, scheme: str, environ: dict[str, str | None], says: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    with pytest.raises(StageFailure, match=says) as caught:
        artifacts(scheme).get("a")
    assert caught.value.reason == "StorageForbidden"
    assert "%%%" not in caught.value.message


ASKED = (
    "Error performing token request: Error performing GET http://169.254.169.254/token in 1ms - "
)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("said", "reason", "retry"),
    [
        ("Server returned non-2xx status code: 404 Not Found: ", "StorageForbidden", False),
        ("Server returned non-2xx status code: 403 Forbidden: ", "StorageForbidden", False),
        ("Server returned non-2xx status code: 503 Busy: ", "StorageUnreachable", True),
        ("error sending request", "StorageUnreachable", True),
    ],
)
def test_a_pod_that_nobody_knows_needs_keys(
    scheme: str, said: str, reason: str, retry: bool
) -> None:
    """Without keys the service's own server is asked, which on a new node may come late."""
    failure = explain(OSError(ASKED + said), f"{scheme}://raw/a", None, FIELD)
    assert (failure.reason, failure.retry) == (reason, retry)
    assert "in the Secret spec.artifacts.credentials.secretName" in failure.message


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_store_can_be_shown(scheme: str) -> None:
    """The library's own words for an account from the environment end the process."""
    assert f"{scheme}://raw/artifacts" in repr(artifacts(scheme))
