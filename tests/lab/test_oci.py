"""Image archives: what is in them, and what is left out."""

import io
import json
import tarfile
from pathlib import Path

from lab import oci


def names_in(archive: bytes) -> set[str]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as content:
        return set(content.getnames())


def pushed(folder: Path, layers: list[bytes]) -> list[str]:
    """Write what buildah writes for an image: a manifest, and blobs named by their digests."""
    folder.mkdir()
    described = []
    for blob in [b"{}", *layers]:
        item = oci._describe("x", blob)
        (folder / item["digest"].removeprefix("sha256:")).write_bytes(blob)
        described.append(item)
    manifest = {"schemaVersion": 2, "config": described[0], "layers": described[1:]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "version").write_text("Directory Transport Version: 1.1\n")
    return [item["digest"] for item in described]


def test_a_static_image_says_its_name_and_what_it_runs(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.write_bytes(b"\x7fELF")
    oci.write_static(tmp_path / "a.tar", "x/pause:1", {"bin/tool": tool}, ("/bin/tool", "1"))
    with tarfile.open(tmp_path / "a.tar") as archive:

        def read(name: str) -> bytes:
            file = archive.extractfile(name)
            assert file is not None
            return file.read()

        def blob(digest: str) -> bytes:
            return read("blobs/" + digest.replace(":", "/"))

        (top,) = json.loads(read("index.json"))["manifests"]
        assert top["annotations"] == {"io.containerd.image.name": "x/pause:1"}
        manifest = json.loads(blob(top["digest"]))
        config = json.loads(blob(manifest["config"]["digest"]))
        assert config["config"]["Entrypoint"] == ["/bin/tool", "1"]
        (layer,) = manifest["layers"]
        assert config["rootfs"]["diff_ids"] == [layer["digest"]]
        assert names_in(blob(layer["digest"])) == {"bin/tool"}


def test_the_same_content_is_the_same_archive(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.write_bytes(b"1")
    for name in ("a.tar", "b.tar"):
        oci.write_static(tmp_path / name, "x/y:1", {"bin/tool": tool}, ("/bin/tool",))
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()


def test_layers_that_are_there_do_not_travel(tmp_path: Path) -> None:
    config, base, code = pushed(tmp_path / "image", [b"base" * 99, b"code"])
    output = io.BytesIO()
    size = oci.write_difference(output, tmp_path / "image", "x/y:dev", {base, config})
    names = names_in(output.getvalue())
    assert "blobs/" + base.replace(":", "/") not in names
    assert "blobs/" + code.replace(":", "/") in names
    assert "blobs/" + config.replace(":", "/") in names  # small, and what the name leads to
    assert size == len(b"code") + len(b"{}")


def test_an_empty_receiver_gets_everything(tmp_path: Path) -> None:
    digests = pushed(tmp_path / "image", [b"base", b"code"])
    output = io.BytesIO()
    oci.write_difference(output, tmp_path / "image", "x/y:dev", ())
    assert {"blobs/" + digest.replace(":", "/") for digest in digests} < names_in(output.getvalue())


def test_prune_keeps_what_the_manifest_names(tmp_path: Path) -> None:
    folder = tmp_path / "image"
    pushed(folder, [b"code"])
    kept = {path.name for path in folder.iterdir()}
    (folder / "0123").write_text("of an older build")
    oci.prune(folder)
    assert {path.name for path in folder.iterdir()} == kept
