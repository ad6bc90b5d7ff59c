"""Files of less than a megabyte that ask for much: nesting, aliases, long numbers, with what is said of them; and valid ones."""

from __future__ import annotations

from itertools import cycle, islice, pairwise

HEAD = "inputs: [1]\ntargets: [1]\n"
LAYER = "layers: [{weights: [[1]]}]\n"
LARGE = 990_000

BOMBS: dict[str, tuple[str, str]] = {
    # name: (text, a pattern of the message)
    "brackets": ("[" * LARGE, "nested more than 32 levels"),
    "braces": ("{" * LARGE, "nested more than 32 levels|a key must be a plain word"),
    "dashes": ("- " * (LARGE // 2), "nested more than 32 levels"),
    "question marks": ("? " * (LARGE // 2), "a key must be a plain word"),
    "mappings": ("a: {" * (LARGE // 4), "nested more than 32 levels"),
    "indents": ("".join(" " * depth + "a:\n" for depth in range(1300)), "nested more than 32 levels"),
    "anchors": ("&a " * (LARGE // 3), "text that begins with & needs quotes"),
    "directives": ("%YAML 1.1\n" * (LARGE // 10), "not valid YAML"),
    "documents": ("---\n" * (LARGE // 4), "more than one YAML document"),
    "long integer": (f"{HEAD}layers: [{{weights: [[{'9' * LARGE}]]}}]", "found infinity"),
    "long hexadecimal": (f"{HEAD}layers: [{{weights: [[0x{'f' * 400}]]}}]", "found infinity"),
    "long octal": (f"{HEAD}layers: [{{weights: [[0o{'7' * LARGE}]]}}]", "found infinity"),
    "long exponent": (f"{HEAD}layers: [{{weights: [[1e{'9' * LARGE}]]}}]", "found infinity"),
    "unknown keys": ("".join(f"k{number}: 1\n" for number in range(80_000)), "more problems"),
    "wrong numbers": (f"{HEAD}layers: [{{weights: [[{','.join('x' * 200_000)}]]}}]", "199,980 more problems"),
    "wide aliases": (
        f"{HEAD}layers:\n - weights: [&w [{','.join('x' * 1000)}], {', '.join(['*w'] * 1900)}]\n", "aliases blow this file up",
    ),
    "names to freeze": (f"{HEAD}{LAYER}freeze: [{','.join(f'n{number}' for number in range(90_000))}]", "more problems"),
    "globs to freeze": (
        f"inputs: [{','.join(['1'] * 10_000)}]\ntargets: [1]\nlayers: [{{weights: [[{','.join(['1'] * 10_000)}]]}}]\n"
        f"freeze: [{','.join(['w*1*2'] * 60_000)}]", "take too long to compare",
    ),
    "layers": (HEAD + "layers:\n" + " - weights: [[1]]\n" * 50_000, "at most 1000 layers"),
    "long name": (f"{HEAD}{LAYER}loss: {'x' * LARGE}", "unknown loss"),
    "python object": ('!!python/object/apply:os.system ["echo hi"]', "is not understood"),
    "merge key": ("a: &a {inputs: [1]}\n<<: *a\n", "unknown key '<<'"),
    "terminal command": (f"title: \x9b31m\n{HEAD}{LAYER}", r"control character U\+009B"),
    "null byte": (HEAD + "\x00", r"control character U\+0000"),
}  # fmt: skip


def _network(widths: list[int], samples: int, activation: str = "tanh", more: str = "") -> str:
    """A valid network file; its numbers go round a short list."""
    choose = cycle(("0.5", "-1", "0.25", "2", "-0.75", "1", "0", "-0.5", "1.5"))

    def vector(count: int) -> str:
        return f"[{','.join(islice(choose, count))}]"

    def matrix(rows: int, columns: int) -> str:
        return f"[{','.join(vector(columns) for _ in range(rows))}]"

    layers = [
        f"- {{activation: {activation}, weights: {matrix(units, sources)}, bias: {vector(units)}}}\n"
        for sources, units in pairwise(widths)
    ]
    targets = f"[{','.join(['[1' + ',0' * (widths[-1] - 1) + ']'] * samples)}]"
    return f"inputs: {matrix(samples, widths[0])}\ntargets: {targets}\nlayers:\n{''.join(layers)}{more}"


_ENTROPY = "loss: binary_cross_entropy\n"

HEAVY: dict[str, str] = {
    "many samples": _network([1, 3, 1], 90_000),
    "many small samples": _network([1, 1], 90_000, "linear"),
    "deep": _network([5] * 900, 1),
    "deep, many samples": _network([2] * 900, 50),
    "a chain, many samples": _network([1] * 1000, 1000, "sigmoid"),
    "wide": _network([2, 400, 400, 2], 1, "relu"),
    "many outputs": _network([2, 2, 30_000], 1, "gelu"),
    "softmax": _network([2, 450], 3, "softmax", _ENTROPY),
    "wide softmax": _network([1, 60_000], 1, "softmax", _ENTROPY),
    "softmax upon softmax": _network([2, *[400, 2] * 20], 1, "softmax"),
    "many steps": _network([2, 2, 2], 5, "sigmoid", "steps: 100000\nbatch_size: 1\n"),
}
"""Valid files of less than a megabyte from which much follows."""
