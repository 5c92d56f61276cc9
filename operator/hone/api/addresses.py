"""Where artifacts may be kept: addresses that storage libraries take, and that every pod reaches.

A folder is one place for all pods of a job only where a PersistentVolumeClaim is mounted there.
"""

from hone_trainer.contract.patterns import BUCKET, NO_SECRETS, SPACES, UNWRITABLE, segments

_FOLDER = segments(NO_SECRETS + SPACES + r"\p{Cc}")
_PORT = r"([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
STORE_PATTERN = rf"^({BUCKET}({_FOLDER})*/?|(file://)?({segments(UNWRITABLE)})+/?)$"
ENDPOINT_PATTERN = (
    r"^https?://([A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
    rf"(:{_PORT})?({_FOLDER})*/?$"
)
FORMS = {
    STORE_PATTERN: "must be s3://bucket/folder, gs://, az:// or an absolute path, with no user or "
    "password, no space, no // and no .. in it",
    ENDPOINT_PATTERN: "must be http://host:port or https://host:port, with no user or space in it",
}
"""Pattern -> what it asks for."""
