"""The grammar of expressions: tokens to records, with every limit checked on the way.

In order of binding, loosest first; `^` groups to the right, the rest to the left:

    value      sum ["if" sum comparison sum "else" value]     or sum comparison sum "?" value ":" value
    sum        ["-"] product {("+" | "-") product}
    product    signed {["*" | "/"] signed}        2u, 2(x + 1) and u v are products, bound like the written `*`
    signed     {"-" | "+"} power
    power      atom ["^" signed] ["°"]            so -x^2 is -(x^2), and 2^-x needs no parentheses
    atom       number | name | call | "(" value ")" | "|" value "|" | "√" atom          [ ] and { } are ( ) as well
    call       name ["^" signed] ("(" value {"," value} ")" | bare)            sum(value "for" name "in" number ".." number)
    bare       the argument of sin 2x, ln |x|, cos -x: numbers and one more power

Whether `g(…)` is a call or a product is decided by what g is elsewhere: a function is called, a variable multiplies, and a
name that is neither is an error, so that no misspelt function is a product. What has two meanings is refused with both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

from backprop_cli.formula.expression import Apply, Expression, Name, Number, Source
from backprop_cli.formula.making import Maker
from backprop_cli.formula.operations import CHOICES, CONSTANTS
from backprop_cli.formula.reader import CLOSING, TokenReader
from backprop_cli.formula.spellings import (
    ARRAY_FUNCTIONS,
    HOW_SUMS_ARE_WRITTEN,
    INVERSES,
    RANGE,
    SUM,
    UNKNOWN_WORDS,
)
from backprop_cli.formula.tokens import Token
from backprop_cli.formula.vocabulary import Vocabulary, plain_name
from backprop_cli.nearest import suggestion

_BASE = "log_?([0-9]+)"
"""`log_2`, `log10`."""
LONGEST_INDEX = 6
"""Digits of the first or last value of a sum's index."""


class Parser:
    """Reads the tokens of one expression; `next` is the token that is looked at."""

    def __init__(self, source: Source, tokens: Sequence[Token], vocabulary: Vocabulary) -> None:
        self.source = source
        self.tokens = TokenReader(source, tokens)
        self.vocabulary = vocabulary
        self._bars = 0
        self.made = Maker(source, vocabulary.own)

    # ── the grammar ───────────────────────────────────────────────────────────────────────────────────────────────

    def value(self) -> Expression:
        """A whole expression."""
        then = self._sum()
        condition = self.tokens.take_any("if")
        if condition is None:
            return self._questioned(then)
        left = self._sum()
        comparison = self._comparison()
        if comparison is None:
            raise self.source.error(self.tokens.next.at, "expected a comparison: >, >=, <, <= or ==")
        right = self._sum()
        if self.tokens.next.kind != "else":
            self.tokens.refuse("'else'", "a choice has two values: x if x > 0 else 0")
        self.tokens.take("else", "")
        self.tokens.enter(condition)
        otherwise = self.value()
        self.tokens.leave()
        return self.made.apply(f"if {comparison.kind}", (then, left, right, otherwise), condition)

    def _questioned(self, left: Expression) -> Expression:
        """`x > 0 ? x : 0`, of which the left side of the comparison is read; without a comparison that side."""
        comparison = self._comparison()
        if comparison is None:
            return left
        right = self._sum()
        if self.tokens.next.kind != "?":
            hint = "a choice is written 'x if x > 0 else 0', or 'x > 0 ? x : 0'"
            raise self.source.error(comparison.at, "a comparison alone has no derivative", hint)
        question = self.tokens.take("?", "")
        self.tokens.enter(question)
        then = self.value()
        self.tokens.take(":", "':' and what it is otherwise")
        otherwise = self.value()
        self.tokens.leave()
        return self.made.apply(f"if {comparison.kind}", (then, left, right, otherwise), question)

    def _comparison(self) -> Token | None:
        return self.tokens.take_any(*(name.removeprefix("if ") for name in CHOICES))

    def _sum(self) -> Expression:
        sign = self.tokens.take_any("-", "+")
        terms = [self._negated(self._product(), sign)]
        first = None
        while operator := self.tokens.take_any("+", "-"):
            first = first or operator
            terms.append(self._negated(self._product(), operator))
        return terms[0] if first is None else self.made.apply("+", tuple(terms), first)

    def _negated(self, value: Expression, sign: Token | None) -> Expression:
        return self.made.apply("neg", (value,), sign) if sign is not None and sign.kind == "-" else value

    def _product(self) -> Expression:
        """Runs of multiplications are one `*`; each division takes all that stands left of it."""
        factors = [self._signed()]
        at = self.tokens.next
        while True:
            following = self.tokens.next
            if self.tokens.take_any("/"):
                left = self._multiplied(factors, at)
                factors = [self.made.apply("/", (left, self._signed()), following)]
            elif self.tokens.take_any("*") or self._is_factor(following):
                at = following if len(factors) == 1 else at
                factors.append(self._signed())
            elif following.kind == "number":
                hint = "write * between the factors of a product, + or - between terms"
                raise self.source.error(following.at, "expected an operator before this number", hint)
            else:
                return self._multiplied(factors, at)

    def _is_factor(self, token: Token) -> bool:
        """Whether a token begins one more factor of a product without a sign."""
        return token.kind in ("name", "(", "√", "∛", "fraction") or (token.kind == "|" and not self._bars)

    def _multiplied(self, factors: list[Expression], at: Token) -> Expression:
        return factors[0] if len(factors) == 1 else self.made.apply("*", tuple(factors), at)

    def _signed(self) -> Expression:
        sign = self.tokens.take_any("-", "+")
        if sign is None:
            return self._power()
        self.tokens.enter(sign)
        value = self._signed()
        self.tokens.leave()
        return self._negated(value, sign)

    def _power(self) -> Expression:
        start = self.tokens.index
        base = self._atom()
        end = self.tokens.index
        operator = self.tokens.take_any("^")
        if operator is None:
            return self._in_degrees(base)
        self.tokens.enter(operator)
        before = self.tokens.next
        exponent = self._signed()
        self.tokens.leave()
        root = self.tokens.ahead(1)
        if before.text == "1" and exponent == Number(1.0) and (self.tokens.next.kind, root.kind) == ("/", "number"):
            text = self.tokens.text(start, end)
            self._refuse_ambiguity(operator, f"{text}^(1/{root.text})", f"{text}/{root.text}")
        return self._in_degrees(self.made.apply("^", (base, exponent), operator))

    def _in_degrees(self, angle: Expression) -> Expression:
        """`30°`, which is 30π/180."""
        if (sign := self.tokens.take_any("°")) is None:
            return angle
        factor = self.made.apply("/", (Apply("pi", (), sign.at), Number(180.0, sign.at)), sign)
        return self.made.apply("*", (angle, factor), sign)

    def _atom(self) -> Expression:
        token = self.tokens.next
        if self.tokens.take_any("number"):
            return Number(float(token.text), token.at)
        if self.tokens.take_any("fraction"):
            over, under = (Number(float(text), token.at) for text in token.text.split("⁄"))
            return self.made.apply("/", (over, under), token)
        if self.tokens.take_any("name"):
            return self._named(token)
        if token.kind == "|":
            return self._between_bars()
        if token.kind in ("√", "∛"):
            return self._root()
        if token.kind in CLOSING:
            values = self._parenthesized(is_list=token.kind == "[")
            is_row = len(values) > 1 or (isinstance(values[0], Apply) and values[0].operation == "[")
            return self.made.apply("[", tuple(values), token) if is_row else values[0]
        return self.tokens.refuse(
            "a number, a name or '('", "the power is written ^ or **" if token.kind == "*" else ""
        )

    def _parenthesized(self, is_list: bool = False, is_sum: bool = False) -> list[Expression]:
        """One value between parentheses, or a list of them, or of what is summed up the value with its range."""
        opening = self.tokens.take(self.tokens.next.kind if self.tokens.next.kind in CLOSING else "(", "'('")
        self.tokens.enter(opening)
        bars, self._bars = self._bars, 0
        values = [self.value()]
        while is_list and self.tokens.take_any(","):
            values.append(self.value())
        if is_sum and self.tokens.next.kind == RANGE:
            values[-1] = self._ranged(values[-1])
        self._bars = bars
        if is_sum and self.tokens.next.kind in ("=", "{"):
            self.tokens.refuse("')'", HOW_SUMS_ARE_WRITTEN)
        self.tokens.refuse_decimal_comma()
        if self.tokens.next.kind == "end":
            raise self.source.error(opening.at, "this parenthesis is never closed")
        closing = CLOSING[opening.kind]
        self.tokens.take(closing, f"an operator or '{closing}'")
        self.tokens.leave()
        return values

    def _ranged(self, value: Expression) -> Expression:
        """The value with the range behind it: `for i in 1..3`."""
        sign = self.tokens.take(RANGE, "")
        index = self.tokens.take("name", "the name of an index")
        if self.tokens.next.text != "in":
            self.tokens.refuse("'in' and a range", HOW_SUMS_ARE_WRITTEN)
        self.tokens.take(self.tokens.next.kind, "")
        first = self._whole_number()
        if self.tokens.next.kind != "..":
            self.tokens.refuse("'..'", HOW_SUMS_ARE_WRITTEN)
        self.tokens.take("..", "")
        return self.made.apply(RANGE, (value, Name(index.text, index.at), first, self._whole_number()), sign)

    def _whole_number(self) -> Number:
        if self.tokens.next.kind != "number":
            self.tokens.refuse("a whole number", HOW_SUMS_ARE_WRITTEN)
        token = self.tokens.take("number", "")
        if not token.text.isdigit() or len(token.text) > LONGEST_INDEX:
            raise self.source.error(token.at, f"an index is a whole number of at most {LONGEST_INDEX} digits")
        return Number(float(token.text), token.at)

    def _between_bars(self) -> Expression:
        """`|x|`."""
        opening = self.tokens.take("|", "'|'")
        self.tokens.enter(opening)
        self._bars += 1
        value = self.value()
        self._bars -= 1
        self.tokens.take("|", "an operator or the second '|'")
        self.tokens.leave()
        return self.made.apply("abs", (value,), opening)

    def _root(self) -> Expression:
        """`√x`, `√(x + 1)`; a power or a factor behind it may be under the root or not."""
        sign = self.tokens.take(self.tokens.next.kind, "")
        self.tokens.enter(sign)
        start, is_plain = self.tokens.index, self.tokens.next.kind not in CLOSING
        value = self._atom()
        self.tokens.leave()
        name = {"√": "sqrt", "∛": "cbrt"}[sign.kind]
        if self.tokens.next.kind == "^" or (is_plain and self._is_factor(self.tokens.next)):
            inner, rest = (
                self.tokens.text(start, self.tokens.index),
                self.tokens.text(self.tokens.index, self.tokens.after_factor()),
            )
            self._refuse_ambiguity(sign, f"{name}({inner}){rest}", f"{name}({inner}{rest})")
        return self.made.apply(name, (value,), sign)

    def whole(self) -> Expression:
        """The value that all the tokens make.

        Raises:
            InputError: something is left over.
        """
        value = self.value()
        self.tokens.refuse_decimal_comma()
        self.tokens.take("end", "an operator or the end of the definition")
        return value

    # ── names and functions ───────────────────────────────────────────────────────────────────────────────────────

    def _named(self, token: Token) -> Expression:
        name, is_followed = token.text, self.tokens.next.kind == "("
        function = self.vocabulary.function(name, is_called=self.tokens.next.kind in CLOSING)
        base = re.fullmatch(_BASE, name) if function is None else None
        if function is not None or (base and self.tokens.next.kind != "end"):
            return self._applied(token._replace(text=function or name), base[1] if base else None)
        array_function = plain_name(name)
        if is_followed and array_function in ARRAY_FUNCTIONS and name not in self.vocabulary.variables:
            token = token._replace(text=array_function)
            return self.made.call(token, self._parenthesized(is_list=True, is_sum=array_function == SUM))
        if name in UNKNOWN_WORDS and name not in self.vocabulary.own:
            raise self.source.error(token.at, f"{name!r} is not part of the language", UNKNOWN_WORDS[name])
        if is_followed and name not in self.vocabulary.variables:
            self._refuse_function(token)
        if is_followed and (self.tokens.ahead(1).kind, self.tokens.ahead(2).kind) == ("name", ")"):
            argument = self.tokens.ahead(1).text
            hint = f"a product is written {name}*{argument}; a function is defined by {name}({argument}) = …"
            raise self.source.error(token.at, f"{name!r} is a value here, not a function", hint)
        return Name(name, token.at)

    def _refuse_function(self, token: Token) -> NoReturn:
        name = token.text
        message = f"unknown function {name!r}"
        inner = next((name[at:] for at in range(1, len(name)) if name[at:] in self.vocabulary.functions), "")
        if inner:
            left = name.removesuffix(inner)
            raise self.source.error(token.at, message, f"a product is written {left}*{inner}(…)")
        known = suggestion(name, self.vocabulary.functions, listed=20) + "; " if len(name) > 1 else ""
        hint = f"{known}a product is written {name}*(…), a function is defined by {name}(x) = …"
        raise self.source.error(token.at, message, hint)

    def _applied(self, token: Token, base: str | None) -> Expression:
        """A function with its argument, its value to a power where that stands between the two: `sin^2 x`."""
        operator = self.tokens.take_any("^")
        start = self.tokens.index
        exponent = None
        if operator is not None:
            self.tokens.enter(operator)
            # the exponent ends before the argument: sin^2(x) and sin^(2)x have one each
            exponent = self._signed_number() if self.tokens.next.kind != "(" else self._parenthesized()[0]
            self.tokens.leave()
        raised = self.tokens.text(start, self.tokens.index)
        first = self.tokens.index
        opening = self.tokens.next.kind
        arguments = self._parenthesized(is_list=True) if opening in CLOSING else [self._bare(token)]
        if opening == "[" and self.tokens.next.kind == "(":
            self.tokens.refuse("an operator", "a third root is written cbrt(…) or (…)^(1/3), a product with *")
        value = self.made.logarithm(token, arguments, base) if base else self.made.call(token, arguments)
        if operator is None or exponent is None:
            return value
        argument = self.tokens.text(first, self.tokens.index).removeprefix("(").removesuffix(")")
        if exponent == Apply("neg", (Number(1.0),)):
            inverse = f"1/{token.text}({argument})"
            named = f"{INVERSES.get(token.text, '')}({argument})"
            self._refuse_ambiguity(token, inverse, named if token.text in INVERSES else f"the inverse of {token.text}")
        if token.text in self.vocabulary.own:
            self._refuse_ambiguity(
                token, f"{token.text}({argument})^{raised}", f"{token.text}({token.text}({argument}))"
            )
        return self.made.apply("^", (value, exponent), operator)

    def _signed_number(self) -> Expression:
        sign = self.tokens.take_any("-", "+")
        token = self.tokens.next
        if self.tokens.take_any("number", "name") is None:
            self.tokens.refuse("a number after '^'")
        value: Expression = (
            Number(float(token.text), token.at) if token.kind == "number" else Name(token.text, token.at)
        )
        return self._negated(value, sign)

    def _bare(self, function: Token) -> Expression:
        """The argument of a function without parentheses: numbers and one more power, with its sign."""
        if self.tokens.next.kind in ("end", ")", ",", "*", "/", "=", "^") or (
            self.tokens.next.kind == "|" and self._bars
        ):
            message = f"the function {function.text!r} needs its argument in parentheses: {function.text}(…)"
            raise self.source.error(function.at, message)
        self.tokens.enter(function)
        start = self.tokens.index
        sign = self.tokens.take_any("-", "+")
        factors = [self._power()]
        at = self.tokens.next
        while (
            self._is_number(factors[-1])
            and self._is_factor(self.tokens.next)
            and not self._is_function(self.tokens.next)
        ):
            factors.append(self._power())
        end, following = self.tokens.index, self.tokens.next
        is_more = self._is_factor(following) and not self._is_function(following)
        below = self.tokens.ahead(1)
        is_over = following.kind == "/" and (below.kind == "number" or below.text in CONSTANTS)
        if is_more or is_over:
            inner, rest = self.tokens.text(start, end), self.tokens.text(end, self.tokens.after_factor())
            name, gap = function.text, "*" * is_more
            self._refuse_ambiguity(function, f"{name}({inner}){gap}{rest}", f"{name}({inner}{gap}{rest})")
        self.tokens.leave()
        return self._negated(self._multiplied(factors, at), sign)

    def _is_number(self, value: Expression) -> bool:
        if isinstance(value, Name):
            return value.name in CONSTANTS and value.name not in self.vocabulary.variables - set(CONSTANTS)
        return isinstance(value, Number) or (
            isinstance(value, Apply)
            and value.operation in ("/", "^", "*")
            and all(map(self._is_number, value.arguments))
        )

    def _is_function(self, token: Token) -> bool:
        return token.kind == "name" and self.vocabulary.function(token.text, is_called=False) is not None

    def _refuse_ambiguity(self, token: Token, one: str, other: str) -> NoReturn:
        raise self.source.error(token.at, "this has two meanings", f"write {one} or {other}")
