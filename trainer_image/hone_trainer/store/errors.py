"""What a storage library's complaint means to the person who wrote the job.

obstore types few of its errors: a missing bucket, an unknown access key and a missing object can
all arrive as "not found", a refused listing as a generic error. The service's error code inside the
text is what tells them apart. Nothing else of that text is passed on: for a wrong signature,
servers echo the access key and the string that was signed.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hone_trainer.contract.assignment import StageFailure

UNREACHABLE = "StorageUnreachable"
_CODE = re.compile(r"<Code>(\w+)</Code>")
_STATUS = re.compile(r"status code: (\d{3})|status: (\d{3})")
_NO_BUCKET_CODES = ("NoSuchBucket", "ContainerNotFound")
_NO_OBJECT_CODES = ("NoSuchKey", "BlobNotFound", "")
_FORBIDDEN_CODES = re.compile(r"AccessKey|User|Signature|Token|Denied|Forbidden|Auth|NotPermitted")
_FORBIDDEN_WORDS = re.compile(
    r"CredentialsError|credential error|Invalid Access Key|Account must be specified"
)
"""What the library says where credentials make no sense."""
_IDENTITY_WORDS = "token request"
"""What it says where there are none and the service that knows who the pod is gives none either;
on a new node that one may come later than the pod."""
_FULL_CODES = re.compile(r"Quota|StorageFull|InsufficientStorage|ExceededStorage")


class Panicked(ValueError):
    """The library gave up on an address that makes no sense."""


@contextmanager
def sober() -> Iterator[None]:
    """Have a panic of the library be an exception like others.

    It derives from ``BaseException`` alone, so nothing would catch it, and no module exports it.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Panicked from None


@dataclass(frozen=True)
class _Service:
    name: str
    keys: str
    """Where it finds its credentials, in the Secret."""
    address: str
    """The fields by which it is found."""


_SERVICES = {
    "s3": _Service("the default S3 endpoint", "the keys", "spec.artifacts.endpoint"),
    "gs": _Service("Google Cloud Storage", "GOOGLE_SERVICE_ACCOUNT_KEY", ""),
    "az": _Service(
        "Azure Blob Storage", "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY", ""
    ),
}


def explain(error: Exception, uri: str, endpoint: str | None, field: str) -> StageFailure:
    """Return the failure that says what is wrong and which field to correct.

    Args:
        error: what obstore raised.
        uri: what was being reached.
        endpoint: the S3 endpoint, where one is set.
        field: the field of the job that the URI comes from.
    """
    text = str(error)
    scheme, _, path = uri.partition("://")
    if scheme not in _SERVICES:
        return _explain_folder(error, text, uri, field)
    service = _SERVICES[scheme]
    where = (endpoint if scheme == "s3" else None) or service.name
    if isinstance(error, Panicked):
        fields = f"{service.address} and {field}" if service.address else field
        said = f"{endpoint} with {uri}" if endpoint else uri
        return StageFailure("UnsupportedUri", f"{said} is no address of a store: correct {fields}")
    code = found.group(1) if (found := _CODE.search(text)) else ""
    status = next((int(a or b) for a, b in _STATUS.findall(text)), 0)
    said = f"{status} {code}".strip()
    secret = "the Secret spec.artifacts.credentials.secretName"  # noqa: S105 - a field's name
    rights = f"check {service.keys} in {secret} and its rights"
    unknown = scheme != "s3" and _IDENTITY_WORDS in text
    if unknown and not 400 <= status < 500:
        message = f"{where} needs credentials for {uri} and finds none: {rights}"
        return StageFailure(UNREACHABLE, message, retry=True)
    if code in _NO_BUCKET_CODES:
        remedy = f"create it or correct {field}"
        return StageFailure(
            "BucketNotFound", f"bucket {path.split('/')[0]!r} is not at {where}: {remedy}"
        )
    refused = status in (401, 403) or _FORBIDDEN_CODES.search(code)
    if refused or unknown or _FORBIDDEN_WORDS.search(text):
        said = f" ({said})" if said else ""
        return StageFailure("StorageForbidden", f"{where} refused {uri}{said}: {rights}")
    if status == 404 and code in _NO_OBJECT_CODES:
        return StageFailure("InputNotFound", f"there is no object {uri}: correct {field}")
    if status == 507 or _FULL_CODES.search(code):
        remedy = "make room in it, raise its quota, or correct spec.artifacts.uri"
        return StageFailure("StorageFull", f"{where} has no room for {uri} ({said}): {remedy}")
    if 400 <= status < 500 and status not in (408, 409, 429):
        fields = f"{service.address} and spec.artifacts.region" if service.address else field
        return StageFailure("StorageRefused", f"{where} answered {said} for {uri}: check {fields}")
    what = f"answered {said}" if status else "cannot be reached"
    first = f"check {service.address} and that" if service.address else "check that"
    remedy = f"{first} pods may connect to it"
    return StageFailure(UNREACHABLE, f"{where} {what}: {remedy}", retry=True)


def _explain_folder(error: Exception, text: str, uri: str, field: str) -> StageFailure:
    if "is directory" in text:
        return StageFailure("InputNotFound", f"{uri} is a folder: correct {field}")
    if isinstance(error, FileNotFoundError):
        return StageFailure("InputNotFound", f"there is no file {uri}: correct {field}")
    if isinstance(error, PermissionError) or "Permission denied" in text or "Read-only" in text:
        return StageFailure("StorageForbidden", f"no right to use {uri}: correct {field}")
    if "No space left" in text:
        return StageFailure(
            "StorageFull", f"no space left for {uri}: make room, or correct {field}"
        )
    first = text.splitlines()[0] if text else type(error).__name__
    return StageFailure("StorageFailed", f"{first[:300]}: check {field}", retry=True)
