"""What a storage library's complaint means to the person who wrote the job.

obstore types few of its errors: a missing bucket, an unknown access key and a missing object can
all arrive as "not found", a refused listing as a generic error. The S3 error code inside the text
is what tells them apart. Nothing else of that text is passed on: for a wrong signature, servers
echo the access key and the string that was signed.
"""

import re

from hone_trainer.task import StageFailure

UNREACHABLE = "StorageUnreachable"
_CODE = re.compile(r"<Code>(\w+)</Code>")
_STATUS = re.compile(r"status code: (\d{3})|status: (\d{3})")
_FORBIDDEN_CODES = re.compile(r"AccessKey|User|Signature|Token|Denied|Forbidden|Auth")

_FULL_CODES = re.compile(r"Quota|StorageFull|InsufficientStorage|ExceededStorage")


def explain(error: Exception, uri: str, endpoint: str | None, field: str) -> StageFailure:
    """Give the failure that says what is wrong and which field to correct.

    Args:
        error: what obstore raised.
        uri: what was being reached.
        endpoint: the S3 endpoint, where one is set.
        field: the field of the job that the URI comes from.
    """
    text = str(error)
    if not uri.startswith("s3://"):
        return _explain_folder(error, text, uri, field)
    where = endpoint or "the default S3 endpoint"
    code = found.group(1) if (found := _CODE.search(text)) else ""
    status = next((int(a or b) for a, b in _STATUS.findall(text)), 0)
    said = f"{status} {code}".strip()
    if code == "NoSuchBucket":
        bucket = uri.removeprefix("s3://").split("/")[0]
        remedy = f"create it or correct {field}"
        return StageFailure("BucketNotFound", f"bucket {bucket!r} is not at {where}: {remedy}")
    if status in (401, 403) or _FORBIDDEN_CODES.search(code) or "CredentialsError" in text:
        remedy = "check the keys in the Secret spec.artifacts.credentials.secretName and its rights"
        return StageFailure("StorageForbidden", f"{where} refused {uri} ({said}): {remedy}")
    if status == 404 and code in ("NoSuchKey", ""):
        return StageFailure("InputNotFound", f"there is no object {uri}: correct {field}")
    if status == 507 or _FULL_CODES.search(code):
        remedy = "make room in it, raise its quota, or correct spec.artifacts.uri"
        return StageFailure("StorageFull", f"{where} has no room for {uri} ({said}): {remedy}")
    if 400 <= status < 500 and status not in (408, 409, 429):
        remedy = "check spec.artifacts.endpoint and spec.artifacts.region"
        return StageFailure("StorageRefused", f"{where} answered {said} for {uri}: {remedy}")
    what = f"answered {said}" if status else "cannot be reached"
    remedy = "check spec.artifacts.endpoint and that pods may connect to it"
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
