"""Network files with something wrong: the shipped ones, mutated as text, as tokens and as bytes."""

from __future__ import annotations

import random
import re

TOKENS = (
    "[", "]", "{", "}", ",", ":", ": ", "- ", "? ", "&a ", "*a", "<<: *a", "!!python/object/apply:os.system [ls]", "!!str ",
    "---\n", "...\n", "%YAML 1.1\n", "|\n", ">\n", "#", "'", '"', "\n", "\t", " ", "  ", "\r\n", "\x00", "\x1b[31m", "\x9b",
    "\u202e", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "\ufeff", "é", "∂", "=1+1", "@SUM(1)",
    "[bold]", "<script>", "\\input{x}", "$x$", "|", "null", "~", "true", "no", ".nan", ".inf", "-.inf", "NaN", "Infinity", "0",
    "-0.0", "1e400", "-1e308", "1e308", "5e-324", "1e-310", "9" * 400, "0x" + "f" * 400, "0o17", "1_000", "1,5", "1e3", "0.1",
    "layers", "weights", "bias", "activation", "inputs", "targets", "loss", "steps", "learning_rate", "momentum", "dampening",
    "nesterov", "weight_decay", "batch_size", "shuffle", "seed", "reduction", "sum", "freeze", "names", "state", "velocity",
    "updates", "outputs", "title", "softmax", "relu", "sigmoid", "tanh", "gelu", "leaky_relu: {slope: -1}", "linear", "mish",
    "cross_entropy", "binary_cross_entropy", "kl_divergence", "huber: {delta: 0.5}", "hinge", "output", "log_cosh", "E", "w11",
    "x1", "z1", "a1", "o1", "t1", "b1", "b*", "W1[1,1]", "[[1, 2], [3, 4]]", "{a: 1}", "[]", "{}", "all", "4",
)  # fmt: skip


def mutated(seeds: list[bytes], choose: random.Random) -> bytes:
    """One of the seeds after one to eight mutations, below a megabyte."""
    content = choose.choice(seeds)
    for _ in range(choose.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        content = choose.choice(_MUTATIONS)(content, seeds, choose)
    return content[:1_000_000]


def _token(content: bytes, seeds: list[bytes], choose: random.Random) -> bytes:
    """A token put in, or put in the place of a word."""
    del seeds
    new = choose.choice(TOKENS).encode("utf-8", "surrogatepass")
    spans = [match.span() for match in re.finditer(rb"[\w.+-]+", content)]
    start, end = choose.choice(spans) if spans and choose.random() < 0.7 else (choose.randrange(len(content) + 1),) * 2
    return content[:start] + new + content[end:]


def _line(content: bytes, seeds: list[bytes], choose: random.Random) -> bytes:
    """A line left out, doubled, moved, or one from another file put in."""
    lines = content.split(b"\n")
    index = choose.randrange(len(lines))
    line = lines.pop(index)
    action = choose.randrange(4)
    if action == 1:
        lines[index:index] = [line, line]
    elif action == 2:
        lines.insert(choose.randrange(len(lines) + 1), line)
    elif action == 3:
        lines.insert(index, choose.choice(choose.choice(seeds).split(b"\n")))
    return b"\n".join(lines)


def _bytes(content: bytes, seeds: list[bytes], choose: random.Random) -> bytes:
    """A byte changed, a piece left out, or one repeated."""
    del seeds
    if not content:
        return b"\x00"
    start = choose.randrange(len(content))
    end = min(len(content), start + choose.randrange(1, 20))
    action = choose.randrange(3)
    if action == 0:
        return content[:start] + bytes([choose.randrange(256)]) + content[start + 1 :]
    return content[:start] + content[start:end] * (0 if action == 1 else choose.choice((2, 3, 50))) + content[end:]


def _indent(content: bytes, seeds: list[bytes], choose: random.Random) -> bytes:
    """A line moved to the right or to the left."""
    del seeds
    lines = content.split(b"\n")
    index = choose.randrange(len(lines))
    lines[index] = (
        b" " * choose.randrange(4) + lines[index].lstrip(b" ") if choose.random() < 0.5 else b"  " + lines[index]
    )
    return b"\n".join(lines)


_MUTATIONS = (_token, _token, _token, _line, _bytes, _indent)
