"""The clients of bucket stores: which one a URI means, and what it is told.

Credentials come from the environment, under the names that each service's own tools use:
``AWS_ACCESS_KEY_ID`` …, ``GOOGLE_SERVICE_ACCOUNT_KEY`` …, ``AZURE_STORAGE_ACCOUNT_NAME`` … Where
none are set, the service is asked who the pod is.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hone_trainer.contract.assignment import Store
from hone_trainer.store.errors import explain, sober

_BACKOFF = {
    "init_backoff": timedelta(milliseconds=250),
    "base": 2,
    "max_backoff": timedelta(seconds=1),
}
_RETRIES = {"max_retries": 2, "retry_timeout": timedelta(seconds=30), "backoff": _BACKOFF}
"""The library's own, for a lost packet; what lasts longer is waited for in ``store``."""
_CLIENT = {"allow_http": True, "connect_timeout": "5s", "timeout": "300s"}


def is_bucket(uri: str) -> bool:
    """Say whether a URI is one of a bucket store."""
    scheme, _, place = uri.partition("://")
    return scheme in _CLIENTS and bool(place.strip("/"))


def open_bucket(root: str, store: Store, field: str) -> Any:
    """Return the client of a place in a bucket; nothing is reached.

    Args:
        root: ``s3://bucket/prefix``, ``gs://bucket/prefix`` or ``az://container/prefix``.
        store: how an S3 server is reached.
        field: the field of the job that the URI comes from, for messages.

    Raises:
        StageFailure: the credentials make no sense (``StorageForbidden``).
    """
    import obstore

    scheme, _, path = root.partition("://")
    bucket, _, prefix = path.partition("/")
    try:
        with sober():
            return _CLIENTS[scheme](bucket, prefix or None, store)
    except (obstore.exceptions.BaseError, ValueError) as error:
        raise explain(error, root, store.endpoint, field) from None


def _open_s3(bucket: str, prefix: str | None, store: Store) -> Any:
    from obstore.store import S3Store

    options: dict[str, Any] = {"virtual_hosted_style_request": False}
    if store.endpoint is None:
        options = {}  # AWS itself: leave its own way of addressing
    elif not os.environ.get("AWS_ACCESS_KEY_ID") and not os.environ.get("AWS_ROLE_ARN"):
        options["skip_signature"] = True  # a server of our own knows no instance metadata
    if store.endpoint is not None:
        options["endpoint"] = store.endpoint
    region = store.region or os.environ.get("AWS_REGION") or "us-east-1"
    return S3Store(
        bucket,
        prefix=prefix,
        region=region,
        client_options=_CLIENT,
        retry_config=_RETRIES,
        **options,
    )


def _open_google(bucket: str, prefix: str | None, store: Store) -> Any:  # noqa: ARG001
    from obstore.store import GCSStore

    return GCSStore(bucket, prefix=prefix, client_options=_CLIENT, retry_config=_RETRIES)


def _open_azure(container: str, prefix: str | None, store: Store) -> Any:  # noqa: ARG001
    from obstore.store import AzureStore

    return AzureStore(container, prefix=prefix, client_options=_CLIENT, retry_config=_RETRIES)


_CLIENTS: dict[str, Callable[[str, str | None, Store], Any]] = {
    "s3": _open_s3,
    "gs": _open_google,
    "az": _open_azure,
}
