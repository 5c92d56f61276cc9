"""The words of the command line."""

from __future__ import annotations

import argparse

import pytest

from hone_serving.server.options import Options, add_words


def read(*words: str) -> Options:
    parser = argparse.ArgumentParser()
    add_words(parser)
    return Options.of(parser.parse_args(words))


def test_a_bundle_is_enough() -> None:
    assert read("bundle") == Options("bundle")
    assert read("bundle").host == "127.0.0.1"


def test_all_of_it_may_be_said() -> None:
    words = ["--host", "::", "--port", "0", "--name", "a.b", "--version", "7", "--max-rows", "9"]
    words += ["--drain", ".5", "--no-examples", "--endpoint", "http://s3", "--region", "r"]
    words += ["--runtime", "onnx"]
    found = Options("s3://b/p", "::", 0, "a.b", "7", 9, 0.5, False, "http://s3", "r", "onnx")
    assert read("s3://b/p", *words) == found


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--port", "70000"], "'70000': give a whole number from 0 to 65535"),
        (["--max-rows", "0"], "'0': give a whole number from 1 to 1000000"),
        (["--drain", "nan"], "'nan': give seconds from 0 to 3600"),
        (["--drain", "-1"], "'-1': give seconds from 0 to 3600"),
        (["--name", "a/b"], "'a/b': give letters, digits, '-', '_' and '.'"),
    ],
)
def test_a_wrong_word_is_told_what_is_right(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read("bundle", *words)
    assert why in " ".join(capsys.readouterr().err.split())
