"""An MLflow tracking server, by its REST API.

Two calls of MLflow's own client would do, at the price of forty packages and 140 MB; the calls of
its API are older than most of these, and one library that we have makes them.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Self, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, quote, unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pydantic import BaseModel, ValidationError

from hone_trainer.contract.assignment import StageFailure

SECONDS = 30
"""That an answer may take."""
ACCESS = "MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
EXAMPLE = "as in http://127.0.0.1:5000"
SAFE = "/%:@!$&'()*+,;=~"
"""What stands in a path as it is; all else is written in percents."""
PROXIED = "mlflow-artifacts"
T = TypeVar("T", bound=BaseModel)
WRONG, REFUSED = "MlflowWrong", "MlflowRefused"


class _Unmoved(HTTPRedirectHandler):
    """Follows nobody: a post would become a get, and a token would go to a stranger."""

    def redirect_request(self, *_: Any) -> None:
        """Do not go there."""


@dataclass(frozen=True)
class Server:
    """Where a server is, and who asks."""

    root: str
    """Its address, without a user's name and password."""
    authorization: str = ""

    @classmethod
    def of(cls, address: str, environment: Mapping[str, str]) -> Self:
        """Read an address as people write it.

        Raises:
            StageFailure: it is none.
        """
        try:
            parts = urlsplit(address)
            root = _bare(parts)
        except ValueError:
            raise StageFailure(WRONG, f"--mlflow has to be an address, {EXAMPLE}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            known = f"--mlflow has to be the http(s) address of a tracking server, {EXAMPLE}"
            if parts.scheme in ("", "file", "sqlite"):
                known += "; `mlflow server --backend-store-uri …` serves a file or a database"
            raise StageFailure(WRONG, known)
        return cls(root, _authorization(parts, environment))

    def ask(self, path: str, **query: str) -> dict[str, Any]:
        """Get something."""
        asked = "&".join(f"{key}={quote(value, safe='')}" for key, value in query.items())
        return self._call("GET", f"/api/2.0/mlflow/{path}?{asked}", None)

    def tell(self, path: str, **said: Any) -> dict[str, Any]:
        """Post something."""
        return self._call("POST", f"/api/2.0/mlflow/{path}", json.dumps(said).encode())

    def put(self, artifacts: str, name: str, data: bytes) -> None:
        """Keep a file of a run.

        Args:
            artifacts: where the server says that files of the run go.
            name: of the file.
            data: its bytes.

        Raises:
            StageFailure: it keeps files where only others can write.
        """
        where = urlsplit(artifacts)
        if where.scheme != PROXIED:
            message = f"{self.root} takes no files itself: leave out --report, or start it with"
            raise StageFailure(
                REFUSED, f"{message} --serve-artifacts; hone.report says where it lies"
            )
        path = quote(f"{where.path.strip('/')}/{name}")
        self._send("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{path}", data)

    def read(self, kind: type[T], said: Mapping[str, Any]) -> T:
        """Return an answer as what it has to be.

        Raises:
            StageFailure: it is something else.
        """
        try:
            return kind.model_validate(said)
        except ValidationError:
            raise self._stranger() from None

    def _call(self, method: str, path: str, data: bytes | None) -> dict[str, Any]:
        said = _read(self._send(method, path, data))
        if said is None:
            raise self._stranger()
        return said

    def _send(self, method: str, path: str, data: bytes | None) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.authorization:
            headers["Authorization"] = self.authorization
        request = Request(f"{self.root}{path}", data, headers, method=method)  # noqa: S310 - checked
        try:
            with build_opener(_Unmoved).open(request, timeout=SECONDS) as answer:
                return bytes(answer.read())
        except HTTPError as error:
            raise self._refused(error.code, _read(_rest(error))) from None
        except URLError as error:
            raise self._unreachable(str(error.reason)) from None
        except (OSError, HTTPException) as error:
            raise self._unreachable(str(error) or type(error).__name__) from None

    def _unreachable(self, why: str) -> StageFailure:
        message = f"{self.root} does not answer ({why}): is it running, and --mlflow right?"
        return StageFailure("MlflowUnreachable", message)

    def _stranger(self) -> StageFailure:
        message = f"{self.root} answers, and is no MLflow tracking server: correct --mlflow"
        return StageFailure(WRONG, message)

    def _refused(self, code: int, said: Mapping[str, Any] | None) -> StageFailure:
        if code in (401, 403):
            given = "does not take these credentials" if self.authorization else "wants credentials"
            return StageFailure(REFUSED, f"{self.root} {given} ({code}): set {ACCESS}")
        if code >= 500:
            message = f"{self.root} cannot at this moment ({code}): try again later"
            return StageFailure("MlflowUnreachable", message)
        if said is None or "error_code" not in said:
            if 300 <= code < 400:
                message = f"{self.root} sends callers elsewhere ({code}): name the address where"
                return StageFailure(WRONG, f"{message} it ends, with https:// perhaps")
            return self._stranger()
        told = str(said.get("message", ""))[:500]
        return StageFailure(str(said["error_code"]), f"{self.root} refuses: {told}")


def _bare(parts: SplitResult) -> str:
    """Return an address without who asks; ValueError where there can be no such host."""
    host = (parts.hostname or "").encode("idna").decode()
    place = f"[{host}]" if ":" in host else host
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{place}{port}{quote(parts.path.rstrip('/'), safe=SAFE)}"


def _authorization(parts: SplitResult, environment: Mapping[str, str]) -> str:
    """Return the header for who asks: as the address says, or the environment, as in MLflow."""
    user = unquote(parts.username or "") or environment.get("MLFLOW_TRACKING_USERNAME", "")
    password = unquote(parts.password or "") or environment.get("MLFLOW_TRACKING_PASSWORD", "")
    if user:
        # As it came: the environment is bytes, and they need be no UTF-8.
        both = f"{user}:{password}".encode(errors="surrogateescape")
        return f"Basic {base64.b64encode(both).decode()}"
    token = environment.get("MLFLOW_TRACKING_TOKEN", "").strip()
    if not token.isascii() or not token.isprintable():
        raise StageFailure(
            WRONG, "MLFLOW_TRACKING_TOKEN has characters that no token has: set it anew"
        )
    return f"Bearer {token}" if token else ""


def _rest(error: HTTPError) -> bytes:
    """Return what a server says of a fault; nothing where that breaks off."""
    try:
        with error:
            return bytes(error.read())
    except (OSError, HTTPException):
        return b""


def _read(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
