"""What is seen of one gang: the objects of the attempt that counts, and what is left of others."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hone.api.status import GangStatus
from hone.plan.belief import held
from hone.plan.world import JobView, PodView, World
from hone_trainer.contract.assignment import Exit, Progress, Report
from hone_trainer.contract.stage import Gang, Role


@dataclass(frozen=True)
class GangView:
    """The objects of one gang."""

    jobs: tuple[JobView, ...]
    """Those on record."""
    pods: tuple[PodView, ...]
    """Those that a Job on record made."""
    remains: tuple[str, ...]
    """That they are gone: objects of other attempts, on their way out, or not on record."""
    progress: Mapping[str, Progress] = field(default_factory=dict)
    """Role -> the latest post of its pods."""

    @classmethod
    def of(cls, world: World, stage: str, gang: GangStatus) -> "GangView":
        """Pick out of the world what belongs to the gang."""
        mine = [j for j in world.jobs if (j.place.stage, j.place.member) == (stage, gang.member)]
        pods = [p for p in world.pods if (p.place.stage, p.place.member) == (stage, gang.member)]
        known = set(gang.jobs.values())
        current = tuple(
            j
            for j in mine
            if j.place.attempt == gang.attempt and j.uid in known and not j.terminating
        )
        own = tuple(p for p in pods if p.place.attempt == gang.attempt and p.owner in known)
        others = [_leaving("Job", j) for j in mine if j not in current]
        return cls(
            jobs=current,
            pods=own,
            remains=(*others, *(_leaving("pod", p) for p in pods if p not in own)),
            progress={
                place.role: post
                for place, post in world.progress.items()
                if (place.stage, place.member, place.attempt) == (stage, gang.member, gang.attempt)
            },
        )

    @property
    def in_the_way(self) -> str:
        """What has to come before the gang can start: something is gone; empty for nothing."""
        jobs = [_leaving("Job", job) for job in self.jobs]
        return next(iter((*jobs, *(_leaving("pod", p) for p in self.pods), *self.remains)), "")

    def complete(self, role: str) -> bool:
        """Say whether the Job of a role is complete."""
        return any(job.complete and job.place.role == role for job in self.jobs)

    def ended_well(self, role: Role) -> bool:
        """Say whether every pod of a role has, which its Job may tell a moment later."""
        mine = (p for p in self.pods if p.place.role == role.name and p.exit_code == Exit.OK)
        return len({pod.index for pod in mine}) == role.replicas

    def replaced(self, shape: Gang) -> int:
        """Count the pods that were replaced under their index, as far as they were seen.

        A Job does not count those that were disrupted, and they are gone soon; so whichever of
        its count and the failed pods in sight is more.
        """
        found = 0
        for role in (each.name for each in shape.roles if each.replaceable):
            failed = sum(pod.phase == "Failed" and pod.place.role == role for pod in self.pods)
            counted = sum(job.lost for job in self.jobs if job.place.role == role)
            found += max(failed, counted)
        return found

    def chief(self, role: str) -> PodView | None:
        """Return the first pod of a role, if it has ended well."""
        first = (p for p in self.pods if p.place.role == role and p.index == 0)
        return next((pod for pod in first if pod.exit_code == Exit.OK), None)


def _leaving(kind: str, view: JobView | PodView) -> str:
    return f"{kind} {view.name} is gone{held(view.held)}"


def last_word(sight: GangView, lead: str) -> Report | None:
    """Return the report of the chief, the first pod of the gang's first role: what it committed, or
    what it found out before it failed for good.
    """
    ends = (Exit.OK, Exit.DO_NOT_RETRY)
    first = (p for p in sight.pods if p.place.role == lead and p.index == 0)
    return next((pod.report for pod in first if pod.exit_code in ends), None)
