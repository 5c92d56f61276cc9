"""The two ways the room can fail, because the one who waits acts differently on each."""


class Missing(Exception):
    """This machine cannot do it (no root, no toolchain): tests skip, commands exit 3."""


class Broken(Exception):
    """It should have worked and did not: tests fail, commands exit 1."""
