"""Image archives, written by hand: a layer, a config and a manifest are a tar and two small files.

With it the room makes images that need no build, and archives that leave out the blobs which the
receiver already has: after a change of code only the last small layer travels.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_LAYER = "application/vnd.oci.image.layer.v1.tar"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_NAME = "io.containerd.image.name"


def write_static(path: Path, name: str, files: Mapping[str, Path], command: Sequence[str]) -> None:
    """Write an image of one layer with a few executables.

    Args:
        path: the archive to write.
        name: the image's full name, with its tag.
        files: path in the image to file of this machine.
        command: the image's entry point.
    """
    layer = _layer(files)
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Entrypoint": list(command)},
            "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
        }
    ).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": _describe(_CONFIG, config),
            "layers": [_describe(_LAYER, layer)],
        }
    ).encode()
    blobs = {_digest(blob): blob for blob in (layer, config, manifest)}
    with tarfile.open(path, "w") as archive:
        _add(archive, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
        _add(archive, "index.json", _index(name, _describe(_MANIFEST, manifest)))
        for digest, blob in blobs.items():
            _add(archive, _blob_path(digest), blob)


def write_difference(output: IO[bytes], folder: Path, name: str, present: Collection[str]) -> int:
    """Pack an image without the layers that the receiver has; return the bytes of the rest.

    Args:
        output: where the archive goes.
        folder: the image's manifest and its blobs, each named by its digest.
        name: what the image is called at the receiver.
        present: digests of the blobs that the receiver has.
    """
    manifest = (folder / "manifest.json").read_bytes()
    content = json.loads(manifest)
    wanted = [content["config"]["digest"]]
    wanted += [layer["digest"] for layer in content["layers"] if layer["digest"] not in present]
    size = 0
    with tarfile.open(fileobj=output, mode="w|") as archive:
        _add(archive, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
        _add(archive, "index.json", _index(name, _describe(_MANIFEST, manifest)))
        _add(archive, _blob_path(_digest(manifest)), manifest)
        for digest in dict.fromkeys(wanted):
            blob = folder / digest.rpartition(":")[2]
            size += blob.stat().st_size
            archive.add(blob, _blob_path(digest), recursive=False)
    return size


def prune(folder: Path) -> None:
    """Remove the blobs that an image's manifest no longer names."""
    content = json.loads((folder / "manifest.json").read_text())
    named = {item["digest"].rpartition(":")[2] for item in (content["config"], *content["layers"])}
    for blob in folder.iterdir():
        if blob.name not in named | {"manifest.json", "version"}:
            blob.unlink()


def _index(name: str, descriptor: Mapping[str, Any]) -> bytes:
    named = {**descriptor, "annotations": {_NAME: name}}
    return json.dumps({"schemaVersion": 2, "manifests": [named]}).encode()


def _layer(files: Mapping[str, Path]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as layer:
        for name, source in sorted(files.items()):
            _add(layer, name, source.read_bytes(), mode=0o755)
    return buffer.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)  # no time, no owner: the same content is the same digest
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))


def _describe(media: str, blob: bytes) -> dict[str, Any]:
    return {"mediaType": media, "digest": _digest(blob), "size": len(blob)}


def _digest(blob: bytes) -> str:
    return "sha256:" + hashlib.sha256(blob).hexdigest()


def _blob_path(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")
