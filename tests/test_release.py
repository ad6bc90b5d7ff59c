"""What is released: a wheel and a source archive that the index takes, with everything in them that the program reads."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

import backprop_cli

PACKAGE = Path(backprop_cli.__file__).parent
ROOT = PACKAGE.parent
NEEDED = ("build", "hatchling", "twine", "check_wheel_contents")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder


def test_the_index_takes_them(built: Path) -> None:
    files = [str(path) for path in built.iterdir()]
    assert len(files) == 2
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *files], check=True, capture_output=True)
    wheels = [path for path in files if path.endswith(".whl")]
    subprocess.run([sys.executable, "-m", "check_wheel_contents", *wheels], check=True, capture_output=True)


def test_the_wheel_holds_what_the_program_reads(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    own = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    examples = {f"backprop_cli/configs/{path.name}" for path in (ROOT / "configs").iterdir()}
    assert own | examples <= held
    assert not {name for name in held if name.startswith("tests/")}


def test_the_source_archive_holds_the_tests_and_the_changes(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        held = {name.partition("/")[2] for name in files.getnames()}
    assert {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "tests/test_release.py"} <= held


def test_the_citation_names_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == backprop_cli.__version__
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
