"""Put mutated files through the program: `python -m tests.fuzz.run [--count N] [--seed N] [--models] [--atheris SECONDS]`.

The plain search mutates the shipped files by rules of its own and needs nothing else. `--models` damages models and data of other
programs instead: they may bring down a library in C, and then the file is left in the temporary folder. With `--atheris` the
search is guided by coverage: it needs the `atheris` package, which is not among the project's dependencies.
Each file that breaks something is kept as `crash-*` in the current directory, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.target import Question

GIGABYTE = 2**30
MOST_SECONDS = 5.0


def main() -> int:
    """Search as the arguments say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--models", action="store_true", help="models and data of other programs")
    parser.add_argument("--atheris", type=int, metavar="SECONDS", default=0)
    options = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads that wait for one another burn time on a busy machine
    warnings.simplefilter("error")
    if options.atheris:
        return _guided(options.atheris, options.seed)
    resource.setrlimit(resource.RLIMIT_DATA, (GIGABYTE, GIGABYTE))
    if options.models:
        from tests.fuzz.models import files

        return _plain(files(options.count, options.seed))
    return _plain(_networks(options.count, options.seed))


def _networks(count: int, seed: int) -> Iterator[tuple[bytes, Question]]:
    """Each with the question it is put to: all that is heavy with every question, then the mutated ones in turn."""
    from tests.fuzz.bombs import BOMBS, HEAVY
    from tests.fuzz.mutate import mutated
    from tests.fuzz.seeds import seeds
    from tests.fuzz.target import QUESTIONS

    heavy = [*(text for text, _ in BOMBS.values()), *HEAVY.values()]
    yield from ((text.encode(), question) for text in heavy for question in QUESTIONS)
    choose = random.Random(seed)
    for question in islice(cycle(QUESTIONS), count):
        yield mutated(seeds(question), choose), question


def _plain(files: Iterator[tuple[bytes, Question]]) -> int:
    from tests.fuzz.target import check

    codes: Counter[int] = Counter()
    broken: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (content, question) in enumerate(files):
            try:
                codes[check(content, Path(folder), question, MOST_SECONDS)] += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    break
                _keep(broken, content, number, error)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(
        f"{sum(codes.values()):,} files: {dict(codes)} by exit code; {len(broken)} broke something; peak {peak:.0f} MB"
    )
    return 1 if broken else 0


def _keep(broken: dict[str, bytes], content: bytes, number: int, error: BaseException) -> None:
    """Keep the first file of each kind of failure."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    kind = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
    if kind not in broken:
        broken[kind] = content
        Path(f"crash-{number}").write_bytes(content)
        print(f"crash-{number}: {kind}: {str(error)[:200]}", file=sys.stderr)


def _guided(seconds: int, seed: int) -> int:
    try:
        import atheris
    except ImportError:
        print("the atheris package is not installed: run without --atheris", file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["backprop_cli"]):
        from tests.fuzz.seeds import seeds
        from tests.fuzz.target import QUESTIONS, check
    folder = Path(tempfile.mkdtemp(prefix="backprop-fuzz-"))
    corpus = folder / "corpus"
    corpus.mkdir()
    for choice, question in enumerate(QUESTIONS):
        for number, content in enumerate(seeds(question)):
            (corpus / f"{number}-{choice}").write_bytes(bytes([choice]) + content)

    def one(data: bytes) -> None:
        if data:
            check(data[1:], folder, QUESTIONS[data[0] % len(QUESTIONS)], MOST_SECONDS)

    atheris.Setup(
        [sys.argv[0], str(corpus), f"-max_total_time={seconds}", f"-seed={seed}", "-timeout=60", "-rss_limit_mb=1024",
         "-max_len=20000"], one,
    )  # fmt: skip
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
