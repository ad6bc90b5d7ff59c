r"""LaTeX as copied from a page, token by token in our language: `\frac{1}{1+e^{-x}}` is `((1)/(1+e^(-x)))`."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from backprop_cli.formula.expression import Source
from backprop_cli.formula.operations import FUNCTIONS
from backprop_cli.formula.reader import CLOSING, MAX_NESTING
from backprop_cli.formula.tokens import Token
from backprop_cli.formula.vocabulary import plain_name

_DROPPED = frozenset(
    f"\\{name}"
    for name in (
        *("left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "limits", "quad", "qquad"),
        *",;:! []()",
    )
)
_SIGNS = {
    r"\cdot": "*", r"\times": "*", r"\ast": "*", r"\div": "/", r"\circ": "∘", r"\prime": "'",
    r"\to": "→", r"\mapsto": "→", r"\rightarrow": "→",
    r"\le": "<=", r"\leq": "<=", r"\ge": ">=", r"\geq": ">=", r"\lt": "<", r"\gt": ">",
    r"\lvert": "|", r"\rvert": "|", r"\vert": "|", r"\mid": "|", r"\{": "{", r"\}": "}",
}  # fmt: skip
_FRACTIONS = frozenset({r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"})
_UPRIGHT = frozenset(
    f"\\{name}" for name in ("operatorname", "mathrm", "text", "textrm", "mathit", "mathbf", "boldsymbol", "mathsf")
)
_ACCENTS = {r"\hat": "\u0302", r"\tilde": "\u0303", r"\bar": "\u0304", r"\dot": "\u0307"}
_VARIANTS = {"varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varrho": "rho", "varsigma": "sigma"}
_WORDS = frozenset({"lg", "lim", "pi"})
"""Commands that are not Greek letters, beside those of functions."""
_BEHIND_PRODUCT = frozenset({"+", "-", "=", "==", ":=", ",", ";", ")", "]", "}", "end", "&"})
_BETWEEN = frozenset({"if", "else", "for", "otherwise", "falls", "sonst", "when"})
"""Words between a value and its condition."""


def plain(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens without LaTeX's commands and dollars; those of other texts are as they were.

    Raises:
        InputError: a command is not known, or has no argument.
    """
    if not any(token.kind in ("command", "$") or token.text.endswith("_") for token in tokens):
        return list(tokens)
    return _Latex(source, [token for token in tokens if token.kind != "$"]).rest()


class _Latex:
    """Goes through the tokens once."""

    def __init__(self, source: Source, tokens: Sequence[Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.index = 0
        self._nesting = 0

    def rest(self, until: str = "") -> list[Token]:
        """The tokens up to a closing brace, or to the end."""
        found: list[Token] = []
        while self.index < len(self.tokens) and not (until and self._next_is(until)):
            found += self._translated()
        return found

    def _next_is(self, kind: str) -> bool:
        return self.index < len(self.tokens) and self.tokens[self.index].kind == kind

    def _translated(self) -> list[Token]:
        token = self.tokens[self.index]
        self.index += 1
        self._nesting += 1
        if self._nesting > 2 * MAX_NESTING:
            raise self.source.error(token.at, f"nested more than {MAX_NESTING} levels deep")
        found = self._plain(token)
        self._nesting -= 1
        return found

    def _plain(self, token: Token) -> list[Token]:
        if token.kind == "{":
            inner = self.rest("}")
            self._close(token)
            return [Token("(", "(", token.at), *inner, Token(")", ")", token.at)]
        if token.kind == "name":
            return self._sum(token) if token.text in ("Σ_", "Σ") and self._next_is("{") else self._subscripted(token)
        return self._command(token) if token.kind == "command" else [token]

    def _close(self, opening: Token) -> None:
        if self.index == len(self.tokens):
            raise self.source.error(opening.at, "this brace is never closed")
        self.index += 1

    def _argument(self, command: Token) -> list[Token]:
        """`{…}`, or the one token that follows; of a number its first digit."""
        if self._next_is("end") or self.index == len(self.tokens):
            raise self.source.error(command.at, f"{command.text} has nothing to apply to")
        token = self.tokens[self.index]
        if token.kind == "{":
            return self._translated()[1:-1]
        if token.kind == "number" and len(token.text) > 1:
            rest = Token("number", token.text[1:], token.at + 1)
            self.tokens = [*self.tokens[: self.index], rest, *self.tokens[self.index + 1 :]]
            return [Token("number", token.text[0], token.at)]
        return self._translated()

    def _subscripted(self, name: Token) -> list[Token]:
        r"""`x_{12}`, and `\log_2`, whose index is a token of its own, as one name."""
        text = name.text
        if self._next_is("name") and self.tokens[self.index].text.startswith("_"):
            text += self.tokens[self.index].text
            self.index += 1
        if text.endswith("_") and self._next_is("{"):
            text += "".join(part.text for part in self._argument(name) if part.kind in ("name", "number"))
        return [name._replace(text=text)]

    def _command(self, token: Token) -> list[Token]:
        command, at = token.text, token.at
        if command in _DROPPED:
            return []
        if command in _SIGNS:
            return [Token(_SIGNS[command], command, at)]
        if command in _FRACTIONS:
            return self._fraction(token)
        if command == r"\sqrt":
            return self._root(token)
        if command in _UPRIGHT:
            text = "".join(part.text for part in self._argument(token))
            return self._subscripted(Token(text if text in ("if", "else") else "name", text, at))
        if command in _ACCENTS:
            text = "".join(part.text for part in self._argument(token)) + _ACCENTS[command]
            return self._subscripted(Token("name", unicodedata.normalize("NFKC", text), at))
        if command == r"\begin":
            return self._cases(token)
        if command == r"\sum":
            return self._sum(token)
        if command == r"\partial":
            following = self._argument(token) if self._next_is("name") else []
            return [Token("name", "d" + "".join(part.text for part in following), at)]
        return self._subscripted(Token("name", self._word(token), at))

    def _word(self, token: Token) -> str:
        r"""`sin` for `\sin`, `α` for `\alpha`."""
        word = token.text[1:]
        if word in _WORDS or plain_name(word) in FUNCTIONS:
            return word
        letter = _VARIANTS.get(word, word)
        size = "CAPITAL" if letter[:1].isupper() else "SMALL"
        spelled = {"lambda": "LAMDA"}.get(letter.lower(), letter.upper())
        try:
            return unicodedata.lookup(f"GREEK {size} LETTER {spelled}")
        except KeyError:
            hint = "commands such as \\frac, \\sqrt, \\sin, \\cdot and Greek letters are"
            raise self.source.error(token.at, f"{token.text} is not known here", hint) from None

    def _fraction(self, token: Token) -> list[Token]:
        over, under = self._argument(token), self._argument(token)
        line = Token("/", "/", token.at)
        if _is_differential(over) and _is_differential(under):
            return [*over, line, *under]
        opening, closing = Token("(", "(", token.at), Token(")", ")", token.at)
        return [opening, opening, *over, closing, line, opening, *under, closing, closing]

    def _root(self, token: Token) -> list[Token]:
        index: list[Token] = []
        if self._next_is("["):
            opening = self.tokens[self.index]
            self.index += 1
            index = self.rest("]")
            self._close(opening)
        opening, closing = Token("(", "(", token.at), Token(")", ")", token.at)
        inside = [opening, *self._argument(token), closing]
        if not index or [part.text for part in index] == ["2"]:
            return [Token("name", "sqrt", token.at), *inside]
        if [part.text for part in index] == ["3"]:
            return [Token("∛", "∛", token.at), *inside]
        one, line = Token("number", "1", token.at), Token("/", "/", token.at)
        exponent = [opening, one, line, opening, *index, closing, closing]
        return [opening, *inside, Token("^", "^", token.at), *exponent, closing]

    def _sum(self, token: Token) -> list[Token]:
        r"""`\sum_{i=1}^{3} x_i` as `sum(x_i for i in 1..3)`, of the product behind it."""
        while self.index < len(self.tokens) and self.tokens[self.index].text in ("_", r"\limits"):
            self.index += 1
        low = self._argument(token) if self._next_is("{") else []
        if [part.kind for part in low] != ["name", "=", "number"] or not self._next_is("^"):
            hint = r"write \sum_{i=1}^{3} x_i, or sum(x_i for i in 1..3)"
            raise self.source.error(token.at, "a sum has an index that goes from one number to another", hint)
        self.index += 1
        high = self._argument(token)
        body: list[Token] = []
        depth = 0
        while self.index < len(self.tokens) and (
            depth or not body or self.tokens[self.index].kind not in _BEHIND_PRODUCT
        ):
            found = self._translated()
            depth += sum((part.kind in CLOSING) - (part.kind in CLOSING.values()) for part in found)
            body += found
        if not body:
            raise self.source.error(token.at, f"{token.text} has nothing to apply to")
        at = token.at
        bounds = [Token("for", "for", at), low[0], Token("name", "in", at), low[2], Token("..", "..", at), *high]
        return [Token("name", "sum", at), Token("(", "(", at), *body, *bounds, Token(")", ")", at)]

    def _cases(self, token: Token) -> list[Token]:
        r"""`\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}` as a choice."""
        name = "".join(part.text for part in self._argument(token))
        if name != "cases":
            raise self.source.error(token.at, f"\\begin{{{name}}} is not known here, only \\begin{{cases}}")
        found: list[Token] = [Token("(", "(", token.at)]
        row: list[list[Token]] = [[]]
        while True:
            if self.index >= len(self.tokens):
                raise self.source.error(token.at, "this has no \\end{cases}")
            part = self.tokens[self.index]
            is_end = part.text == r"\end"
            if is_end or part.text == r"\\":
                self.index += 1
                found += self._case(row, part, is_last=is_end or self._next_is_end())
                row = [[]]
                if is_end:
                    self._argument(part)
                    return [*found, Token(")", ")", token.at)]
            elif part.kind in ("&", ","):
                self.index += 1
                row.append([])
            else:
                row[-1] += self._translated()

    def _next_is_end(self) -> bool:
        return self.index < len(self.tokens) and self.tokens[self.index].text == r"\end"

    def _case(self, row: Sequence[Sequence[Token]], at: Token, is_last: bool) -> list[Token]:
        value = list(row[0])
        condition = [part for cell in row[1:] for part in cell if part.text.strip() not in _BETWEEN]
        if is_last or not value:
            return value
        return [*value, Token("if", "if", at.at), *condition, Token("else", "else", at.at)]


def _is_differential(tokens: Sequence[Token]) -> bool:
    r"""Whether the tokens are `d`, `dx`, `dh`, as in `\frac{d}{dx}`; also `d^2` and `dx^2`."""
    is_plain = len(tokens) == 1 or (len(tokens) == 3 and tokens[1].kind == "^")
    return is_plain and tokens[0].kind == "name" and tokens[0].text.startswith("d")
