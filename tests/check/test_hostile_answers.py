"""Answer files from strangers: one message and exit code 2, or numbers; nothing large is unpacked, nothing is executed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.program import backprop


def npy(header: bytes) -> bytes:
    """An array file with a header of one's own."""
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


def archive(member: bytes, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as file:
        file.writestr("W1.npy", member)
    return content.getvalue()


def bomb() -> bytes:
    return archive(npy(b"{'descr': '|i1', 'fortran_order': False, 'shape': (100000000,), }") + bytes(100_000_000))


def encrypted() -> bytes:
    """The bit that says so, in both of the places where an archive has it."""
    content = bytearray(archive(npy(b"{}"), zipfile.ZIP_STORED))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def packed_in_an_unknown_way() -> bytes:
    content = bytearray(archive(npy(b"{}"), zipfile.ZIP_STORED))
    content[8] = 99
    content[content.index(b"PK\x01\x02") + 10] = 99
    return bytes(content)


def pickled() -> bytes:
    content = io.BytesIO()
    np.savez(content, W1=np.array([print], dtype=object))
    return content.getvalue()


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "bomb": bomb,
    "encrypted": encrypted,
    "unknown packing": packed_in_an_unknown_way,
    "pickled": pickled,
    "misleading header": lambda: archive(npy(b"(" * 9000)),
    "more than there can be": lambda: archive(
        npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000000000000000000,), }")
    ),
    "cut short": lambda: archive(npy(b"{}"))[:-30],
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_hostile_archive_is_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / "given.npz"
    file.write_bytes(ARCHIVES[name]())
    result = backprop("check", "classic", "--against", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {file}:")
    assert "Traceback" not in result.stderr
    if name == "bomb":
        assert "unpacked it would hold more than 67,108,864 bytes" in result.stderr


def test_more_numbers_than_any_network_shown_has_are_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "many.npz", W1=np.zeros(1_000_001, np.uint8))
    result = backprop("check", "classic", "--against", str(tmp_path / "many.npz"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "it holds more than 1,000,000 numbers" in result.stderr


def test_an_array_of_many_rows_of_nothing_is_refused_too(tmp_path: Path) -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000, 0), }"
    (tmp_path / "nothing.npz").write_bytes(archive(npy(header)))
    result = backprop("check", "classic", "--against", str(tmp_path / "nothing.npz"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there are no numbers in it" in result.stderr


@pytest.mark.parametrize(
    ("key", "value"), [("step", -5), ("step", 10**22), ("sample", -1), ("sample", 0), ("step", True)]
)
def test_a_run_of_no_possible_step_or_sample_is_refused(key: str, value: int) -> None:
    run = backprop("run", "classic", "-f", "json").json | {key: value}
    result = backprop("check", "classic", "--against", "-", stdin=json.dumps(run))
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{key}: expected a whole number from" in result.stderr


def test_a_cell_longer_than_the_csv_reader_takes_is_refused() -> None:
    result = backprop("check", "classic", "--against", "-", stdin=f"w31,0.0822\nw41,{'9' * 200_000}x\n")
    assert (
        result.exit_code == 2
        and "<stdin>:2: expected a name and a number" in result.stderr
        and len(result.stderr) < 5000
    )


@pytest.mark.parametrize("name", ["W" + "9" * 5000 + "[1,1]", "W2[" + "9" * 5000 + ",1]", "b" + "9" * 5000 + "[1]"])
def test_a_position_of_many_digits_is_unknown(name: str) -> None:
    assert backprop("check", "classic", "--against", "-", stdin=json.dumps({name: 1, "w31": 0.0822})).exit_code == 1
    assert backprop("explain", "classic", "--weight", name).exit_code == 2


def test_a_number_beyond_all_floats_is_a_wrong_one() -> None:
    given = "w31: 1e308\nw41: 1e400\nw32: -0.022602540\nw42: -0.022740242\n"
    result = backprop("check", "classic", "-a", "-", "-f", "json", stdin=given)
    assert (result.exit_code, result.stderr) == (1, "")
    assert [one["agrees"] for one in json.loads(result.stdout)["compared"]] == [False, False, True, True]
