"""What is shown while a job runs: a table that redraws itself, or lines where nobody watches."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from hone.api.status import JobStatus, StageStatus
from hone.plan.events import Announcement
from hone.terminal.figures import duration, headline
from hone.terminal.stages import stage_table

PAUSE = timedelta(seconds=10)
"""At least so long between two lines that tell of nothing but progress."""
Clock = Callable[[], datetime]


class View(AbstractContextManager["View"], ABC):
    """Shows a job while it runs."""

    def __exit__(self, *_: object) -> None:
        """End; there may be nothing to end."""

    @abstractmethod
    def show(self, status: JobStatus) -> None:
        """Show where the job stands."""

    @abstractmethod
    def tell(self, announcement: Announcement) -> None:
        """Show a transition."""


def view_for(console: Console, now: Clock) -> View:
    """Return the view that suits the terminal."""
    return LiveView(console, now) if console.is_terminal else PlainView(console, now)


class LiveView(View):
    """A table that redraws itself, under the lines of what happened."""

    def __init__(self, console: Console, now: Clock) -> None:
        self._console = console
        self._now = now
        self._status = JobStatus()
        self._live = Live(
            console=console, get_renderable=self._draw, refresh_per_second=4, transient=True
        )

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the table away; the closing tables follow."""
        self._live.stop()

    def show(self, status: JobStatus) -> None:
        """Draw this from now on."""
        self._status = status

    def tell(self, announcement: Announcement) -> None:
        """Print a line above the table where something went wrong; the table tells the rest."""
        if announcement.type == "Warning":
            reason = Text(announcement.reason, "yellow")
            self._console.print(reason.append(f" {announcement.message}", "default"))

    def _draw(self) -> RenderableType:
        running = [stage for stage in self._status.stages if stage.state == "Running"]
        said = [f"{stage.name}: {stage.message}" for stage in running if stage.message]
        said += [whole(self._status)] if running and whole(self._status) else []
        lines = [Text(line, style="dim", overflow="fold") for line in said]
        return Group(stage_table(self._status, self._now(), self._console.width), *lines)


class PlainView(View):
    """A line per transition, and one for progress now and then: for logs and pipes."""

    def __init__(self, console: Console, now: Clock) -> None:
        self._console = console
        self._now = now
        self._last = now()

    def show(self, status: JobStatus) -> None:
        """Print how far the running stages are, at most every few seconds."""
        running = [stage for stage in status.stages if stage.state == "Running"]
        if self._now() - self._last < PAUSE or not running:
            return
        told = whole(status)
        for stage in running:
            self._line(f"{_progress(stage)} ({told})" if told else _progress(stage))

    def tell(self, announcement: Announcement) -> None:
        """Print a transition."""
        self._line(f"{announcement.reason}: {announcement.message}")

    def _line(self, text: str) -> None:
        self._last = self._now()
        stamp = self._now().strftime("%H:%M:%S")
        self._console.print(f"{stamp} {text}", soft_wrap=True, highlight=False, markup=False)


def whole(status: JobStatus) -> str:
    """Say how far a job of several stages is; empty of others."""
    if not status.progress or len(status.stages) < 2:
        return ""
    return f"whole job: {status.progress.replace('%', ' %')}"


def _progress(stage: StageStatus) -> str:
    left = stage.estimated_remaining_seconds
    said = (
        f"{stage.progress_percentage} %",
        f"pods {stage.ready}",
        f"{duration(left)} left" if left else "",
        headline(stage.metrics),
        stage.message,
    )
    return f"stage {stage.name}: {', '.join(each for each in said if each)}"
