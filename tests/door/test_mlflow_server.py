"""What stands where a tracking server should: told with a remedy, and without a secret."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from hone.door.mlflow_record import Record
from hone.door.mlflow_run import experiment_of, write
from hone.door.mlflow_server import Server
from hone_trainer.contract.assignment import StageFailure
from lab import probes

SECRET = "hunter2"


@contextmanager
def answering(code: int, body: bytes, **headers: str) -> Iterator[tuple[str, list[Any]]]:
    """A server that says this to everybody, its host and port, and what it was asked with."""
    asked: list[Any] = []

    class Says(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            asked.append(self.headers["Authorization"])
            self.send_response(code)
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Says) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def fault(address: str, environment: Mapping[str, str] | None = None) -> str:
    with pytest.raises(StageFailure) as caught:
        Server.of(address, environment or {}).tell("runs/create")
    assert SECRET not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize(
    "address",
    [
        *("mlruns", "sqlite:///mlflow.db", "databricks", "ftp://h", "http://", "http://h:port"),
        *("http://h?a=b", "http://[::1", f"http://u:{SECRET}@h:x"),
        *("http://.", "http://a..b:5000", f"http://{'a' * 64}.de", "http://h/\udcff"),
    ],
)
def test_what_is_no_address_of_a_server_is_refused_before_anybody_is_asked(address: str) -> None:
    assert "--mlflow has to be" in fault(address)


def test_where_nobody_listens_is_said() -> None:
    (port,) = probes.free_ports(1)
    told = fault(f"http://bob:{SECRET}@127.0.0.1:{port}/")
    assert told.startswith(f"http://127.0.0.1:{port} does not answer (")


@pytest.mark.parametrize(
    ("code", "body", "told"),
    [
        (200, b"<html>", "is no MLflow tracking server"),
        (404, b"not found", "is no MLflow tracking server"),
        (404, b'{"detail": "Not Found"}', "is no MLflow tracking server"),
        (302, b"", "sends callers elsewhere (302)"),
        (503, b"", "try again later"),
        (400, b'{"error_code": "BAD", "message": "too long"}', "refuses: too long"),
    ],
)
def test_an_answer_that_does_not_serve_says_what_to_do(code: int, body: bytes, told: str) -> None:
    elsewhere = f"http://u:{SECRET}@127.0.0.1:1/"
    with answering(code, body, Location=elsewhere) as (place, _):
        assert told in fault(f"http://{place}", {"MLFLOW_TRACKING_TOKEN": SECRET})


@pytest.mark.parametrize(
    "said",
    [
        b"{}",
        b'{"experiment": null}',
        b'{"experiment": "x"}',
        b'{"experiment": {}}',
        b'{"experiment": {"experiment_id": 1}}',
        b'{"experiment": {"experiment_id": "1"}, "runs": [{}]}',
        b'{"experiment": {"experiment_id": "1"}, "runs": [{"info": {}}]}',
        b'{"experiment": {"experiment_id": "1"}, "runs": "none"}',
        b'{"experiment": {"experiment_id": "1"}, "run": []}',
    ],
)
def test_who_answers_json_of_another_kind_is_no_tracking_server(said: bytes) -> None:
    whole = Record("n", "FINISHED", 0, 1, {}, (), {"hone.run": "u"})
    with answering(200, said) as (place, _):
        server = Server.of(f"http://{place}", {})
        with pytest.raises(StageFailure, match="is no MLflow tracking server: correct --mlflow"):
            write(server, experiment_of(server, "shop/clicks"), whole)


@pytest.mark.parametrize(("code", "told"), [(500, "try again later"), (404, "correct --mlflow")])
def test_a_fault_that_breaks_off_is_told_as_one(code: int, told: str) -> None:
    with answering(code, b'{"error', **{"Content-Length": "99"}) as (place, _):
        assert told in fault(f"http://{place}")


def test_letters_of_any_language_may_stand_in_an_address() -> None:
    (port,) = probes.free_ports(1)
    told = fault(f"http://127.0.0.1:{port}/ml flow/ü%20")
    assert told.startswith(f"http://127.0.0.1:{port}/ml%20flow/%C3%BC%20 does not answer (")


def test_a_password_that_is_no_utf8_is_sent_as_it_is() -> None:
    given = {"MLFLOW_TRACKING_USERNAME": "u", "MLFLOW_TRACKING_PASSWORD": "\udcff"}
    with answering(200, b"{}") as (place, asked):
        Server.of(f"http://{place}", given).tell("runs/create")
    assert asked == [f"Basic {base64.b64encode(b'u:' + bytes([255])).decode()}"]


@pytest.mark.parametrize("code", [401, 403])
@pytest.mark.parametrize(("user", "told"), [(f"u:{SECRET}@", "does not take"), ("", "wants")])
def test_who_is_not_let_in_learns_how_to_say_who_asks(code: int, user: str, told: str) -> None:
    with answering(code, b"no") as (place, _):
        found = fault(f"http://{user}{place}")
    assert told in found
    assert "MLFLOW_TRACKING_TOKEN" in found


@pytest.mark.parametrize(
    ("user", "environment", "said"),
    [
        ("", {}, None),
        ("", {"MLFLOW_TRACKING_TOKEN": f"{SECRET}\n"}, f"Bearer {SECRET}"),
        ("u:p%40@", {"MLFLOW_TRACKING_TOKEN": SECRET}, b"u:p@"),
        ("", {"MLFLOW_TRACKING_USERNAME": "u", "MLFLOW_TRACKING_PASSWORD": SECRET}, b"u:hunter2"),
    ],
)
def test_who_asks_is_said_in_the_header_alone(
    user: str, environment: dict[str, str], said: str | bytes | None
) -> None:
    with answering(200, b"{}") as (place, asked):
        server = Server.of(f"http://{user}{place}/", environment)
        assert server.tell("runs/create") == {}
        assert server.root == f"http://{place}"
    basic = f"Basic {base64.b64encode(said).decode()}" if isinstance(said, bytes) else said
    assert asked == [basic]


def test_a_token_that_is_none_is_not_repeated() -> None:
    assert "set it anew" in fault("http://h", {"MLFLOW_TRACKING_TOKEN": f"{SECRET}\r\nx: y"})


@pytest.mark.parametrize("artifacts", ["/srv/mlruns/1/a/artifacts", "s3://runs/1/a/artifacts"])
def test_a_server_that_takes_no_files_says_where_the_page_lies(artifacts: str) -> None:
    with pytest.raises(StageFailure, match=r"--serve-artifacts; hone\.report says where it lies"):
        Server.of("http://h", {}).put(artifacts, "report.html", b"")
