"""Where a job that has ended says that its bundle is."""

from hone.terminal.closing import _bundle
from hone_trainer.contract.assignment import Artifact


def test_the_folder_of_the_bundle_is_told_as_commands_take_it() -> None:
    made = Artifact(name="b", uri="/m/evaluate/0/0/bundle/bundle.json", sha256="0", size_bytes=1)
    assert [str(line) for line in _bundle([made])] == ["bundle: /m/evaluate/0/0/bundle"]
    assert not list(_bundle([]))
