"""A process ends in time, whatever still waits in it."""

import subprocess
import sys

import pytest

from lab import patience

STUBBORN = """
import asyncio
from hone.control.ending import end_within

async def linger():
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            pass

async def main():
    asyncio.create_task(linger())
    await asyncio.sleep(0)
    end_within({seconds}, 7)

asyncio.run(main())
"""
WELL = """
from hone.control.ending import end_within
end_within(3600, 7)
"""


def test_a_task_that_heeds_no_cancellation_does_not_keep_it() -> None:
    command = [sys.executable, "-c", STUBBORN.format(seconds=0.2)]
    assert subprocess.run(command, timeout=patience.seconds(20), check=False).returncode == 7


def test_without_that_it_would() -> None:
    command = [sys.executable, "-c", STUBBORN.format(seconds=3600)]
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(command, timeout=3, check=False)


def test_who_ends_well_does_not_wait_for_it() -> None:
    command = [sys.executable, "-c", WELL]
    assert subprocess.run(command, timeout=patience.seconds(20), check=False).returncode == 0
