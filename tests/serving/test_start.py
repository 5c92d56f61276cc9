"""A server that cannot start says why, and one that can loads no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hone.__main__ import main
from hone_serving.__main__ import main as serve


def test_where_there_is_no_bundle_the_command_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", str(tmp_path), "--name", "shop"]) == 2
    assert f"{tmp_path} holds no bundle.json" in capsys.readouterr().err


def test_and_so_does_the_image(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hone_serving", str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith('{"time": "')
    assert "holds no bundle.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_image_listens_to_all_the_pod_has(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        serve(["--help"])
    assert "where to listen (default: 0.0.0.0)" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("module", ["hone_serving", "hone_serving.model", "hone.__main__"])
def test_who_serves_nobody_loads_no_server(module: str) -> None:
    code = (
        f"import sys, {module}\n"
        "heavy = {'aiohttp', 'msgspec', 'prometheus_client', 'tensorflow'}\n"
        "print('loaded:', sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "loaded: []\n"


def test_the_server_needs_neither_tensorflow_nor_pandas() -> None:
    code = (
        "import sys\n"
        "heavy = {'tensorflow', 'tf_keras', 'pandas', 'sklearn', 'dask', 'hone', 'kubernetes'}\n"
        "class Without:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in heavy:\n"
        "            raise ModuleNotFoundError(name=name)\n"
        "sys.meta_path.insert(0, Without())\n"
        "import hone_serving.__main__, hone_serving.server.start, hone_serving.model\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
