"""Who a container runs as: of two security contexts, the few words that Hone has for them."""

from typing import Any

from hone.migrate.losses import SECURITY
from hone.migrate.notes import STAGE, Note, changed, dropped
from hone.migrate.reading import Share, pairs

USER = 65532
"""Who pods run as where nothing is said."""


def security(pod: Any, container: Any, pod_path: str, container_path: str) -> Share:
    """Return ``runAsUser`` and ``writableRoot``.

    Args:
        pod: the pod's security context.
        container: that of its container, which counts where both say something.
        pod_path: path of the first.
        container_path: path of the second.
    """
    contexts = (
        (pod_path, pairs(pod, pod_path)),
        (container_path, pairs(container, container_path)),
    )
    settings: dict[str, Any] = {"writableRoot": True}
    notes: list[Note] = []
    for path, context in contexts:
        for key, value in context.items():
            place = f"{path}.{key}"
            if value in (None, "", [], {}):
                continue
            if key == "runAsUser" and value == 0:
                settings.pop("runAsUser", None)
                notes.append(dropped(place, _rootless()))
            elif key == "runAsUser":
                settings["runAsUser"] = value
            elif key == "readOnlyRootFilesystem":
                notes.append(_root(place, locked=bool(value)))
                settings["writableRoot"] = not value
            else:
                notes.append(dropped(place, SECURITY.get(key, "pods have no such setting")))
    if not settings["writableRoot"]:
        del settings["writableRoot"]
    return Share(settings, tuple(notes))


def _root(place: str, *, locked: bool) -> Note:
    if locked:
        return changed(
            place, f"no {STAGE}.writableRoot", "the root is read-only unless that is true"
        )
    return changed(place, f"{STAGE}.writableRoot", "true where the root may be written to")


def _rootless() -> str:
    return (
        f"pods never run as root: they run as user {USER} unless runAsUser names another; see that "
        "this user can read and run what the image holds"
    )
