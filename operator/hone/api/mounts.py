"""A folder as a store: in a cluster, all pods of a job see it only where a claim is mounted."""

from hone.api.pod_settings import PodSettings
from hone_trainer.contract.spec import Rule

_SAME = (
    "{of}.volumes.exists(v, has(v.persistentVolumeClaim) && (self.artifacts.uri.replace('file://',"
    " '') + '/').startsWith(v.mountPath.endsWith('/') ? v.mountPath : v.mountPath + '/'))"
)
RULE = Rule(
    "!has(self.artifacts) || self.artifacts.uri.matches('^(s3|gs|az):')"
    f" || self.stages.all(s, (has(s.volumes) ? {_SAME.format(of='s')}"
    f" : has(self.defaults) && has(self.defaults.volumes) && {_SAME.format(of='self.defaults')})"
    f" && (!has(s.roles) || s.roles.all(r, !has(r.volumes) || {_SAME.format(of='r')})))",
    "artifacts.uri: a folder must be on a volume of every stage; mount a persistentVolumeClaim"
    " there by defaults.volumes, or name a bucket, such as s3://models/shop",
)
"""Pods on other nodes see other folders, and an emptyDir goes with its pod."""


def folder(uri: str) -> str:
    """Return the folder that an address means; empty where it is a bucket."""
    plain = uri.removeprefix("file://")
    return "" if "://" in plain else plain


def mounted(place: str, settings: PodSettings) -> bool:
    """Say whether a folder of pods is on a claim, which all who mount it share."""
    return any(
        f"{place}/".startswith(f"{volume.mount_path.rstrip('/')}/")
        for volume in settings.volumes or ()
        if volume.persistent_volume_claim is not None
    )
