"""The house rules that a machine can check: who may import what."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import backprop_cli
from backprop_cli.cli.app import EXAMPLES, PLACES

PACKAGE = Path(backprop_cli.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

ROOMS = (
    "cli", "api", "render", "bridges", "check", "chain", "derivation", "training", "update", "backward", "forward",
    "files", "network", "functions", "formula", "errors", "nearest",
)  # fmt: skip
"""From top to bottom."""
MOST_LINES = 400


@cache
def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize(
    ("library", "rooms"), [("typer", ("cli",)), ("rich", ("render", "errors.py")), ("yaml", ("files",))]
)
def test_a_library_lives_in_its_room(library: str, rooms: tuple[str, ...]) -> None:
    users = {path for path in MODULES if any(name.split(".")[0] == library for name in imports(path))}
    strays = {path.relative_to(PACKAGE).as_posix() for path in users if path.relative_to(PACKAGE).parts[0] not in rooms}
    assert users
    assert not strays


def test_imports_go_downhill_only() -> None:
    # the package itself is left out: it offers the interface lazily, so it is above and below the rest
    names = {module_name(path): path for path in MODULES if path != PACKAGE / "__init__.py"}
    below = {name: {target for target in imports(path) if target in names} - {name} for name, path in names.items()}
    done: set[str] = set()
    while ready := {name for name, targets in below.items() if name not in done and targets <= done}:
        done |= ready
    assert set(below) == done


def test_rooms_import_only_from_rooms_below() -> None:
    rank = {room: number for number, room in enumerate(ROOMS)}
    for path in MODULES:
        room = path.relative_to(PACKAGE).with_suffix("").parts[0]
        if room not in ("__init__", "__main__"):
            targets = {name.split(".")[1] for name in imports(path) if name.startswith("backprop_cli.")}
            above = {target for target in targets & rank.keys() if rank[target] < rank[room]}
            assert not above, f"{module_name(path)} imports from {', '.join(above)}"


def test_every_module_stands_in_a_room() -> None:
    rooms = {path.relative_to(PACKAGE).with_suffix("").parts[0] for path in MODULES}
    assert rooms == {*ROOMS, "__init__", "__main__"}


def test_a_name_of_a_module_or_of_a_class_occurs_once() -> None:
    modules = Counter(path.stem for path in MODULES if path.stem != "__init__")
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES]
    classes = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert [name for name, count in (modules + classes).items() if count > 1] == []


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_imports_stand_at_the_top_or_where_a_command_begins() -> None:
    commands = {PLACES.get(name, (name, name)) for name in EXAMPLES}
    for path in (PACKAGE / "cli").glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef) or function.name.startswith("complete_"):
                continue
            late = [node for node in function.body if isinstance(node, ast.Import | ast.ImportFrom)]
            behind_doors = {
                node for door in ast.walk(function) if isinstance(door, ast.With | ast.If) for node in ast.walk(door)
            }
            nested = {node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)}
            nested -= behind_doors
            assert nested == set(late), f"{path.name}: {function.name}"
            if late:
                assert (path.stem, function.name) in commands, f"{path.name}: {function.name}"
                first = int(ast.get_docstring(function) is not None)
                assert function.body[first : first + len(late)] == late, f"{path.name}: {function.name}"


def test_only_the_command_line_prints_or_exits() -> None:
    strays = [
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        if path.relative_to(PACKAGE).parts[0] not in ("cli", "__main__.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id in ("print", "exit", "SystemExit")
    ]
    assert not strays
