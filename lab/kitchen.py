"""Build images with buildah, from the same Dockerfiles that users build from.

Every call runs in a mount namespace of its own and with a run folder that is thrown away, so that
a build that is killed leaves no mount behind. Layers are kept: a change of code makes one layer.
"""

import configparser
import io
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lab import base, oci, packages, places
from lab.faults import Broken
from lab.recipes import Recipe

BASE = "localhost/hone-lab/base:1"
_BUNDLES = (Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/pki/tls/certs/ca-bundle.crt"))
# Each change of code leaves a few images without a name, among them the cache of the next build.
_STALE = 150
_BUILDS = timedelta(hours=2)
"""No build takes so long."""
_PASSED_ON = ("index-url", "extra-index-url", "trusted-host", "default-timeout")


def build(recipe: Recipe) -> Path:
    """Build an image, where its inputs changed, and return the folder of its manifest and blobs.

    Args:
        recipe: what to build.
    """
    digest = recipe.digest()
    folder = places.cache() / "pushed" / recipe.key
    note = folder.with_name(f"{recipe.key}.inputs")  # of what lies in the folder
    if not note.exists() or note.read_text() != digest:
        note.unlink(missing_ok=True)
        _build(recipe, folder)
        note.write_text(digest)
    return folder


def _build(recipe: Recipe, folder: Path) -> None:
    packages.ensure(packages.IMAGES)
    _ensure_base()
    with tempfile.TemporaryDirectory(prefix="hone-lab-") as scratch:
        settings = Path(scratch) / "pip.conf"
        settings.write_text(pip_settings(_pip_config()))
        options = ["--layers", "--isolation", "chroot", "--network", "host", "--format", "oci"]
        options += ["--build-arg", f"BASE={BASE}", "--secret", f"id=pip.conf,src={settings}"]
        options += ["--build-arg", f"REQUIREMENTS={recipe.requirements}"]
        if bundle := _bundle():
            options += ["--secret", f"id=ca.pem,src={bundle}"]
        dockerfile = str(places.CHECKOUT / recipe.dockerfile)
        print(f"lab: building {recipe.tag}", file=sys.stderr, flush=True)
        _buildah("bud", *options, "-t", recipe.tag, "-f", dockerfile, str(places.CHECKOUT))
    folder.parent.mkdir(parents=True, exist_ok=True)
    # A `dir:` is not compressed: nothing travels further than this machine's disk, and a layer that
    # did not change keeps its digest and is not written again.
    command = ["push", "--disable-compression", "--format", "oci"]
    _buildah(*command, recipe.tag, f"dir:{folder}")
    oci.prune(folder)
    if len(list((_store() / "overlay-images").iterdir())) > _STALE:
        _prune()


def _prune() -> None:
    """Forget images without a name, and the containers that builds left which were killed: they
    hold on to theirs. Those of a build that goes on are young, and what they need stays.
    """
    made = _store() / "overlay-containers" / "containers.json"
    containers = json.loads(made.read_text()) if made.exists() else []
    if old := abandoned(containers, datetime.now(UTC)):
        _buildah("rm", *old)
    try:
        _buildah("rmi", "--prune")
    except Broken as fault:  # another build has its hands on one: the next one prunes
        print(f"lab: {fault}", file=sys.stderr, flush=True)


def abandoned(containers: list[dict[str, Any]], now: datetime) -> list[str]:
    """Return the ids of containers that no build can be at work on any more."""
    made = ((each["id"], datetime.fromisoformat(each["created"])) for each in containers)
    return [name for name, created in made if now - created > _BUILDS]


def pip_settings(config: str) -> str:
    """Return settings for pip in a build, from what `pip config list` says of this machine.

    Only what says where packages come from is passed on; certificates come as a file of their own.

    Args:
        config: lines like `global.index-url='...'`.
    """
    wanted = {}
    for line in config.splitlines():
        name, _, value = line.partition("=")
        name = name.rpartition(".")[2]
        if name in _PASSED_ON:
            wanted[name] = value.strip("'\"")
    if _bundle():
        wanted["cert"] = "/run/ca.pem"
    parser = configparser.RawConfigParser()
    parser["global"] = wanted
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()


def _pip_config() -> str:
    command = [sys.executable, "-m", "pip", "config", "list"]
    return subprocess.run(command, capture_output=True, text=True).stdout


def _bundle() -> Path | None:
    return next((path for path in _BUNDLES if path.exists()), None)


def _ensure_base() -> None:
    archive = base.ensure()
    if _buildah("images", "--quiet", "--filter", f"reference={BASE}").strip():
        return
    with tempfile.TemporaryDirectory(prefix="hone-lab-") as scratch:
        dockerfile = Path(scratch) / "Dockerfile"
        dockerfile.write_text(f"FROM scratch\nADD {archive.name} /\n")
        _buildah("bud", "-t", BASE, "-f", str(dockerfile), str(archive.parent))


def _store() -> Path:
    return places.private(places.cache() / "buildah")


def _buildah(*arguments: str) -> str:
    with tempfile.TemporaryDirectory(prefix="hone-lab-") as run:
        spaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        where = ["--root", str(_store()), "--runroot", run, "--storage-driver", "overlay"]
        command = [*spaces, "buildah", *where, *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Broken(f"buildah {arguments[0]} failed:\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout
