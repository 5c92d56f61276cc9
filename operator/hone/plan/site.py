"""What the installation offers to every job: set once, where the operator is installed."""

from dataclasses import dataclass

from hone.api.job import ArtifactsSpec


@dataclass(frozen=True)
class Site:
    """Facts about this installation that manifests depend on."""

    trainer_image: str = "hone.dev/trainer:dev"
    pull_policy: str = "IfNotPresent"
    progress_url: str | None = None
    """Where pods post their progress; none where nobody listens."""
    audience: str = "hone.dev/progress"
    """Audience of the token with which they post."""
    artifacts: ArtifactsSpec | None = None
    """Store of jobs that name none."""
    one_machine: bool = False
    """Whether all pods run on one machine and see its folders."""
