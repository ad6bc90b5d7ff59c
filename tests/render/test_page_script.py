"""The page's script: its types hold, its modules join, and what it works out is what the program says."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from backprop_cli.render.page import joining

FLAGS = (
    "--noEmit", "--allowJs", "--checkJs", "--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable",
    "--module", "es2022", "--moduleResolution", "bundler",
)  # fmt: skip
WRITTEN = (path.stem for path in (Path(joining.__file__).parent / "script").glob("*.js"))
MODULES = [*sorted(WRITTEN), joining.FUNCTIONS, joining.OPERATIONS]


@pytest.mark.skipif(shutil.which("tsc") is None, reason="there is no TypeScript on this machine")
def test_the_types_of_the_script_hold(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.js" for name in MODULES]
    for file in files:
        file.write_text(joining.module_text(file.stem), encoding="utf-8")
    checked = subprocess.run(["tsc", *FLAGS, *files], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_every_module_is_in_the_joined_script_and_no_name_twice() -> None:
    script = joining.joined_script("main", "heat", "definitions")
    assert not re.search(r"^(import|export|//|/\*)", script, re.MULTILINE)
    names = [
        name
        for module in MODULES
        for name in re.findall(
            r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", joining.module_text(module), re.MULTILINE
        )
    ]
    assert len(names) == len(set(names)) > 100
    assert all(re.search(rf"^(?:async )?(?:function|const|let|class) {name}\b", script, re.MULTILINE) for name in names)
