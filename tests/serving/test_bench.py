"""`hone bench`: what it measures, and how it tells."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

import pytest

from hone.__main__ import main
from hone_serving.bench.contender import question
from hone_serving.bench.load import drive, posted
from hone_serving.bench.measure import Figures, Line
from hone_serving.bench.options import Options
from hone_serving.bench.run import main as bench
from hone_serving.bench.run import names, table
from hone_serving.server.oip.metadata import metadata
from hone_serving.server.oip.request import Reader
from tests.serving.bundles import made
from tests.serving.shop import DESCRIPTION, ROW

ANSWER = b"HTTP/1.1 200 OK\r\nX: y\r\ncontent-length: 2\r\n\r\n{}"
SLOW = 0.02


@asynccontextmanager
async def server(*parts: bytes, pause: float = 0.0) -> AsyncIterator[int]:
    """Answer every request with these bytes, with a pause before each part."""

    async def answer(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        while await reading.read(1000):
            for part in parts:
                await asyncio.sleep(pause)
                writing.write(part)
                await writing.drain()
        writing.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]


REQUEST = posted("/x", b"{}")


async def test_every_client_asks_again_once_it_is_answered() -> None:
    async with server(ANSWER, pause=SLOW) as port:
        began = perf_counter()
        load = await drive(port, REQUEST, clients=3, seconds=0.2)
        lasted = perf_counter() - began
    assert load.failed == 0
    assert 3 <= len(load.seconds) <= 3 * (lasted / SLOW)
    assert min(load.seconds) >= SLOW * 0.9


async def test_an_answer_in_pieces_is_one_answer() -> None:
    async with server(ANSWER[:20], ANSWER[20:-1], ANSWER[-1:], pause=SLOW / 4) as port:
        load = await drive(port, REQUEST, clients=1, seconds=0.2)
    assert load.failed == 0
    assert min(load.seconds) >= SLOW / 2


@pytest.mark.parametrize("said", [ANSWER.replace(b"200 OK", b"429 No"), b""])
async def test_what_is_no_answer_is_counted_as_failed(said: bytes) -> None:
    async with server(said, pause=SLOW) as port:
        asked = drive(port, REQUEST, clients=2, seconds=0.1)
        if said:
            load = await asked
            assert load.failed == len(load.seconds) > 0
        else:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asked, 1)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_question_is_the_models_own_example(rows: int) -> None:
    asked = Reader(DESCRIPTION).read(question(metadata(DESCRIPTION), rows), None)
    assert asked.question.rows == [ROW] * rows


@pytest.mark.parametrize(
    ("bundles", "found"),
    [
        (["a/bundle"], ["bundle"]),
        (["a/bundle", "b/bundle/"], ["a/bundle", "b/bundle"]),
        (["x/a", "y/b"], ["a", "b"]),
        (["a", "a"], ["a (1)", "a (2)"]),
    ],
)
def test_bundles_are_called_as_shortly_as_tells_them_apart(
    bundles: list[str], found: list[str]
) -> None:
    assert names(bundles) == found


def test_the_table_says_who_is_compared_with_whom() -> None:
    figures = Figures(1234.5, 0.25, 0.5, 1.0, 321.4)
    head, line, below = table([Line("bundle", 8, figures, 1.5, 2.0)])
    assert head.split()[:2] == ["clients", "requests/s"]
    assert line.split() == ["bundle", "8", "1,234", "1.50", "0.25", "0.50", "1.00", "321", "2.00"]
    assert "beside the plain handler" in below


@pytest.mark.slow
@pytest.mark.tensorflow
def test_a_bundle_is_measured_beside_plain_handlers() -> None:
    out, err = io.StringIO(), io.StringIO()
    asked = Options([str(made("clicks"))], (1, 4), 0.3, 1, 1, "json")
    assert bench(asked, out, err) == 0, err.getvalue()
    found = json.loads(out.getvalue())
    lines = [(each["name"], each["clients"]) for each in found]
    every = ("HTTP alone", "plain handler", "bundle")
    assert lines == [(name, clients) for clients in (1, 4) for name in every]
    assert all(each["figures"]["throughput"] > 0 for each in found)
    assert all(each["figures"]["cpu"] > 0 for each in found)
    assert [each["throughput_ratio"] for each in found if each["name"] == "plain handler"] == [1, 1]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--clients", "1,x"], "'x': give a whole number from 1 to 1000"),
        (["--clients", ""], "'': give a whole number"),
        (["--rounds", "0"], "'0': give a whole number"),
        (["--seconds", "nan"], "'nan': give seconds, at most 1000"),
    ],
)
def test_a_wrong_word_is_told_what_is_right(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "bundle", *words])
    assert why in " ".join(capsys.readouterr().err.split())


def test_where_there_is_no_bundle_it_says_so(
    tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", str(tmp_path), "--seconds", "0.1"]) == 2
    assert "holds no bundle.json" in capsys.readouterr().err
