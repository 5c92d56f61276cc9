"""Which files a URI means, on every kind of storage."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.sources.files import File, find, look, require_columns
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from tests.trainer.sourced import read, source_of, store_in
from tests.trainer.store.conftest import keys, s3  # noqa: F401 - fixtures

FIELD = "prepare.source.csv.uri"
ENDINGS = (".csv", ".csv.gz")
FILES = (
    "2026-01/part-1.csv",
    "2026-01/part-0.csv.gz",
    "2026-02/part-0.CSV",
    "2026-02/notes.txt",
    "2026-02/_SUCCESS",
    "2026-02/.part-0.csv.crc",
    "2026-02/_temporary/part-7.csv",
    ".hidden/part-0.csv",
    "2025/part-50%.csv",
    "2025/part 1#[2].csv",
    "clicks.csv",
    "clicks.csv.d/x",
)
EVERYTHING = [
    "2025/part 1#[2].csv",
    "2025/part-50%.csv",
    "2026-01/part-0.csv.gz",
    "2026-01/part-1.csv",
    "2026-02/part-0.CSV",
    "clicks.csv",
]
MEANT = {
    "": EVERYTHING,
    "/": EVERYTHING,
    "/clicks.csv": ["clicks.csv"],
    "/2026-02/notes.txt": ["2026-02/notes.txt"],
    "/2026-02/_temporary/part-7.csv": ["2026-02/_temporary/part-7.csv"],
    "/2026-02/_temporary": ["2026-02/_temporary/part-7.csv"],
    "/2026-01": ["2026-01/part-0.csv.gz", "2026-01/part-1.csv"],
    "/2026-01/": ["2026-01/part-0.csv.gz", "2026-01/part-1.csv"],
    "/2026-*/part-*.csv": ["2026-01/part-1.csv"],
    "/2026-*/part-*": ["2026-01/part-0.csv.gz", "2026-01/part-1.csv", "2026-02/part-0.CSV"],
    "/2026-*": ["2026-01/part-0.csv.gz", "2026-01/part-1.csv", "2026-02/part-0.CSV"],
    "/*/part 1#[2].csv": ["2025/part 1#[2].csv"],
    "/*.csv": ["clicks.csv"],
    "/2025/*%.csv": ["2025/part-50%.csv"],
}


@pytest.fixture(params=["folder", "file://", pytest.param("bucket", marks=pytest.mark.api)])
def place(request: pytest.FixtureRequest, tmp_path: Path, keys: None) -> ArtifactStore:  # noqa: F811
    """A place with files in it, and the store that reaches it."""
    uri = f"s3://models/{time.monotonic_ns()}"
    if request.param != "bucket":
        uri = f"{'file://' * (request.param == 'file://')}{tmp_path}/raw"
    endpoint = request.getfixturevalue("s3") if request.param == "bucket" else None
    store = open_store(Store(uri=uri, endpoint=endpoint))
    for name in FILES:
        store.put(name, name.encode())
    return store


@pytest.mark.parametrize(("path", "names"), MEANT.items())
def test_a_uri_means_files_sorted_by_name(
    place: ArtifactStore, path: str, names: list[str]
) -> None:
    base = place.settings.uri
    found = find(f"{base}{path}", ENDINGS, place, FIELD)
    assert [file.uri for file in found] == [f"{base}/{name}" for name in names]
    assert [file.size for file in found] == [len(name) for name in names]
    assert all(file.version for file in found)
    assert place.read(found[0].uri) == names[0].encode()


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/nowhere.csv", "there is no file .*nowhere.csv, and no folder with files in it"),
        ("/2027-*/part-*", r"2027-\*/part-\*: no file fits it; found '.*'"),
        ("/clicks.csv.d", r"clicks\.csv\.d: no file ends in \.csv, \.csv\.gz; found 'x'"),
    ],
)
def test_what_means_no_file_is_refused(place: ArtifactStore, path: str, says: str) -> None:
    with pytest.raises(StageFailure, match=f"{says}.*: correct {FIELD}") as caught:
        find(f"{place.settings.uri}{path}", ENDINGS, place, FIELD)
    assert caught.value.reason == "InputNotFound"


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("/data/*/../raw.csv", "climbs up by '..': write the whole path"),
        ("file:///data/../etc/raw.csv", "climbs up by '..'"),
        ("s3://bucket/../other/raw.csv", "climbs up by '..'"),
        ("s3://*/raw.csv", "names no bucket: write s3://bucket/folder"),
        ("s3:///raw.csv", "names no bucket"),
        ("ftp://host/raw.csv", "ftp:// is not supported"),
        ("ftp://host/*.csv", "ftp:// is not supported"),
    ],
)
def test_a_uri_that_cannot_be_is_refused(tmp_path: Path, uri: str, says: str) -> None:
    with pytest.raises(StageFailure) as caught:
        find(uri, ENDINGS, store_in(tmp_path), FIELD)
    assert says in caught.value.message
    assert FIELD in caught.value.message
    assert caught.value.reason == "UnsupportedUri"


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonLines"])
@pytest.mark.parametrize(
    "uri", ["s3://key:secret@bucket/raw", "https://host/raw?signature=abc", "/raw/part?.csv"]
)
def test_no_uri_holds_a_secret(kind: str, uri: str) -> None:
    with pytest.raises(ValueError, match=r"String should match pattern"):
        source_of(kind, uri=uri)


def test_relative_paths_mean_files_of_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.csv").write_text("a")
    store = store_in(tmp_path / "elsewhere")
    for uri in (
        "raw",
        "raw/a.csv",
        "raw/*.csv",
        "*/a.csv",
        "./raw",
        "raw/../raw",
        "raw/../*/a.csv",
    ):
        (file,) = find(uri, ENDINGS, store, FIELD)
        assert os.path.samefile(file.uri, "raw/a.csv")


def test_a_mounted_volume_of_links_is_read(tmp_path: Path) -> None:
    """As Kubernetes mounts a ConfigMap: names link to files in a hidden folder."""
    hidden = tmp_path / "raw" / "..2026_01"
    hidden.mkdir(parents=True)
    (hidden / "a.csv").write_text("a")
    (tmp_path / "raw" / "..data").symlink_to("..2026_01")
    (tmp_path / "raw" / "a.csv").symlink_to("..data/a.csv")
    (file,) = find(str(tmp_path / "raw"), ENDINGS, store_in(tmp_path), FIELD)
    assert (file.uri, file.size) == (f"{tmp_path}/raw/a.csv", 1)


def test_a_version_is_the_same_for_a_copy_with_the_same_time(tmp_path: Path) -> None:
    """Pods of a gang see the same file by different inodes."""
    versions = []
    for name in ("one", "two"):
        (tmp_path / name).write_text("a")
        os.utime(tmp_path / name, ns=(0, 1_700_000_000_123_456_789))
        versions.append(find(str(tmp_path / name), ENDINGS, store_in(tmp_path), FIELD)[0].version)
    assert versions[0] == versions[1]


def test_files_are_looked_at_side_by_side_and_seen_in_order() -> None:
    files = [File(str(number), number, "") for number in range(50)]
    assert look(files, lambda file: file.size * 2) == [2 * number for number in range(50)]

    def fail(file: File) -> None:
        raise StageFailure("UnreadableInput", file.uri)

    with pytest.raises(StageFailure, match=r"^0$"):
        look(files, fail)


def test_a_column_that_is_not_there_is_named_with_its_file() -> None:
    require_columns(["a"], ["b", "a"], "one.csv", "one.csv")
    with pytest.raises(StageFailure, match=r"one\.csv has no column 'a'; it has 'b', 'c': correct"):
        require_columns(["b", "a"], ["b", "c"], "one.csv", "one.csv")
    with pytest.raises(
        StageFailure, match=r"ten\.csv .* give it the columns of one\.csv"
    ) as caught:
        require_columns(["a"], [], "ten.csv", "one.csv")
    assert caught.value.reason == "ColumnNotFound"


@pytest.mark.api
def test_pieces_of_a_bucket_are_read(
    s3: str,  # noqa: F811
    keys: None,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hone_trainer.sources.source.PIECE_BYTES", 100)
    store = open_store(Store(uri=f"s3://models/{time.monotonic_ns()}", endpoint=s3))
    text = "user,price,bought\n" + "".join(f'"u\n{n}",{n},1\n' for n in range(50))
    store.put("raw/a.csv", text.encode())
    source = source_of("csv", uri=store.uri("raw"))
    found = read(source, store)
    assert found.table["price"] == list(range(50))
    assert len(found.pieces) > 3
    store.put("raw/a.csv", text.replace("u", "v").encode())
    with pytest.raises(StageFailure, match="was changed while it was read"):
        list(source.read(found.pieces[0], (), store, found.digests[0]))


def test_a_range_of_one_version_is_read(place: ArtifactStore) -> None:
    entry = place.entry("clicks.csv")
    assert entry is not None
    assert place.get_range("clicks.csv", 2, 5, entry.version) == b"ick"
    assert place.get_range("clicks.csv", 8, 99) == b"sv"
    assert place.entry("nothing.csv") is None
    assert [each.path for each in place.entries("2026-01")] == sorted(FILES[:2])
    with pytest.raises(StageFailure, match="was changed while it was read"):
        place.get_range("clicks.csv", 2, 5, "another")


def test_a_place_stays_open(place: ArtifactStore) -> None:
    """Each new client of a bucket would have to connect again."""
    folder = place.at(place.uri("2026-01"), FIELD)
    assert place.at(place.uri("2026-01"), FIELD) is folder
    assert place.at(place.uri("2026-02"), FIELD) is not folder
    for number in range(200):
        place.at(f"{place.uri('x')}{number}", FIELD)
    assert len(place._places) <= 64


def test_waiting_is_told_by_the_same_voice(tmp_path: Path) -> None:
    told: list[str] = []
    speak: Callable[[str], None] = told.append
    store = store_in(tmp_path)
    store.say = speak
    assert store.at(str(tmp_path), FIELD).say == speak
