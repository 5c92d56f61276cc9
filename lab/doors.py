"""Doors into the box: ports of this machine's loopback that lead to ports of the box's.

A socket belongs to the network it was made in. So the listening sockets are made outside, handed
to a process inside, and what they accept is joined to a port in there: no interface, no route and
no rule on the machine, and the doors fall shut with the box.
"""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Mapping

_CHUNK = 1 << 16


def make(names: Mapping[str, int]) -> dict[str, socket.socket]:
    """Make a listening socket for each door.

    Args:
        names: door to the port in the box that it leads to.
    """
    doors = {}
    for name in names:
        door = socket.socket()
        door.bind(("127.0.0.1", 0))
        door.listen(64)
        doors[name] = door
    return doors


async def keep(doors: Mapping[int, int]) -> None:
    """Serve until cancelled.

    Args:
        doors: file descriptor of a listening socket to port in the box.
    """
    servers = []
    for descriptor, port in doors.items():
        listener = socket.socket(fileno=descriptor)
        servers.append(await asyncio.start_server(_usher(port), sock=listener))
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _usher(port: int):  # type: ignore[no-untyped-def]  # asyncio's callback type is private
    async def usher(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))
        writer.close()

    return usher


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Copy until the source ends; then tell the target that no more will come."""
    try:
        while chunk := await source.read(_CHUNK):
            target.write(chunk)
            await target.drain()
        target.write_eof()
    except OSError:
        target.close()


if __name__ == "__main__":
    asyncio.run(keep({int(fd): int(port) for fd, port in (arg.split(":") for arg in sys.argv[1:])}))
