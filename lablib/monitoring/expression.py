"""Metric math: expressions over metrics, window by window.

Source: CloudWatch User Guide, "Using math expressions with CloudWatch metrics".
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lark import Lark, Token, Tree, UnexpectedInput

Series = dict[int, float]  # window's start in seconds → value
Value = float | Series | list[Series]

GRAMMAR = r"""
    ?start: either
    ?either: both (("OR" | "||") both)*
    ?both: compared (("AND" | "&&") compared)*
    ?compared: added (COMPARE added)?
    ?added: multiplied (ADD multiplied)*
    ?multiplied: raised (MULTIPLY raised)*
    ?raised: signed ("^" raised)?
    ?signed: "-" signed -> negative | atom
    ?atom: NUMBER -> number
         | NAME "(" [either ("," either)*] ")" -> call
         | NAME -> name
         | "[" either ("," either)* "]" -> several
         | STRING -> string
         | "(" either ")"

    COMPARE: "<=" | ">=" | "==" | "!=" | "<" | ">"
    ADD: "+" | "-"
    MULTIPLY: "*" | "/"
    NAME: /[A-Za-z][A-Za-z0-9_]*/
    STRING: /"[^"]*"|'[^']*'/
    NUMBER: /\d+(\.\d+)?([eE][+-]?\d+)?/
    %import common.WS
    %ignore WS
"""


class NotUnderstood(ValueError):
    """The expression is wrong, or uses what the lab leaves out."""


@functools.cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


@functools.lru_cache(maxsize=1024)
def parsed(expression: str) -> Any:
    """The tree of an expression. Raises NotUnderstood."""
    try:
        tree: Any = _parser().parse(expression)
    except UnexpectedInput:
        raise NotUnderstood(f"Error in expression '{expression}'") from None
    for call in tree.find_data("call") if isinstance(tree, Tree) else ():
        if str(call.children[0]) not in FUNCTIONS:
            raise NotUnderstood(f"Unsupported function in expression: {call.children[0]}")
    return tree


def names(expression: str) -> set[str]:
    """The ids that an expression uses."""
    tree = parsed(expression)
    return {str(node.children[0]) for node in tree.find_data("name")}


def uses_all_metrics(expression: str) -> bool:
    return any(str(c.children[0]) == "METRICS" for c in parsed(expression).find_data("call"))


class Calculation:
    """One look at some windows: `known` holds the series by their ids."""

    def __init__(
        self, windows: Sequence[int], period: int, known: Mapping[str, Series], metrics: list[str]
    ) -> None:
        self.windows, self.period, self.metrics = windows, period, metrics
        self._known = known

    def of(self, expression: str) -> Value:
        """Raises NotUnderstood."""
        return self._value(parsed(expression))

    def series(self, expression: str) -> Series:
        """The result as a series; a number stands in every window."""
        value = self.of(expression)
        if isinstance(value, list):
            raise NotUnderstood("The expression gives several time series, not one")
        return value if isinstance(value, dict) else dict.fromkeys(self.windows, value)

    def _value(self, node: Any) -> Value:
        rule: Callable[[Any], Value] = getattr(self, f"_{node.data}")
        return rule(node.children)

    def _number(self, parts: list[Token]) -> Value:
        return float(parts[0])

    def _name(self, parts: list[Token]) -> Value:
        if str(parts[0]) not in self._known:
            raise NotUnderstood(f"Undefined id in expression: {parts[0]}")
        return self._known[str(parts[0])]

    def _string(self, parts: list[Token]) -> Value:
        return [self._known[name] for name in self.metrics if str(parts[0])[1:-1] in name]

    def _several(self, parts: list[Any]) -> Value:
        found = [self._value(part) for part in parts]
        return [self._dense(value) for value in found]

    def _dense(self, value: Value) -> Series:
        if isinstance(value, list):
            raise NotUnderstood("An array inside an array")
        return value if isinstance(value, dict) else dict.fromkeys(self.windows, value)

    def _negative(self, parts: list[Any]) -> Value:
        return _each(operator.neg, self._value(parts[0]))

    def _call(self, parts: list[Any]) -> Value:
        return FUNCTIONS[str(parts[0])](self, [self._value(part) for part in parts[1:]])

    def _raised(self, parts: list[Any]) -> Value:
        return _both(_power, self._value(parts[0]), self._value(parts[1]))

    def _added(self, parts: list[Any]) -> Value:
        return self._chain(parts)

    _multiplied = _compared = _added

    def _chain(self, parts: list[Any]) -> Value:
        value = self._value(parts[0])
        for sign, part in zip(parts[1::2], parts[2::2], strict=True):
            value = _both(SIGNS[str(sign)], value, self._value(part))
        return value

    def _both(self, parts: list[Any]) -> Value:
        return functools.reduce(functools.partial(_both, _and), map(self._value, parts))

    def _either(self, parts: list[Any]) -> Value:
        return functools.reduce(functools.partial(_both, _or), map(self._value, parts))


Binary = Callable[[float, float], float | None]


def _divide(a: float, b: float) -> float | None:
    return a / b if b else None  # "division by zero": no data point


def _power(a: float, b: float) -> float | None:
    try:
        result: Any = a**b
    except (OverflowError, ZeroDivisionError):
        return None
    return float(result) if isinstance(result, int | float) else None


def _and(a: float, b: float) -> float:
    return float(bool(a) and bool(b))


def _or(a: float, b: float) -> float:
    return float(bool(a) or bool(b))


SIGNS: dict[str, Binary] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "<": lambda a, b: float(a < b),
    ">": lambda a, b: float(a > b),
    "<=": lambda a, b: float(a <= b),
    ">=": lambda a, b: float(a >= b),
    "==": lambda a, b: float(a == b),
    "!=": lambda a, b: float(a != b),
}


def _both(compute: Binary, left: Value, right: Value) -> Value:
    """Window by window; a window counts only where both sides have data."""
    if isinstance(left, list) or isinstance(right, list):
        many, other = (left, right) if isinstance(left, list) else (right, left)
        if isinstance(other, list) or not isinstance(many, list):
            raise NotUnderstood("Two arrays cannot be combined")
        turned = many is not left
        pairs = [(other, one) if turned else (one, other) for one in many]
        return [s for a, b in pairs if isinstance(s := _both(compute, a, b), dict)]
    if isinstance(left, dict) and isinstance(right, dict):
        return _kept({at: compute(left[at], right[at]) for at in left if at in right})
    if isinstance(left, dict) and not isinstance(right, dict):
        return _kept({at: compute(value, right) for at, value in left.items()})
    if isinstance(right, dict) and not isinstance(left, dict):
        return _kept({at: compute(left, value) for at, value in right.items()})
    assert isinstance(left, float) and isinstance(right, float)
    result = compute(left, right)
    return float("nan") if result is None else result


def _kept(values: Mapping[int, float | None]) -> Series:
    return {at: value for at, value in values.items() if value is not None}


def _each(compute: Callable[[float], float], value: Value) -> Value:
    if isinstance(value, list):
        return [{at: compute(v) for at, v in one.items()} for one in value]
    if isinstance(value, dict):
        return {at: compute(v) for at, v in value.items()}
    return compute(value)


# -- functions ----------------------------------------------------------------------------

Function = Callable[[Calculation, list[Value]], Value]


def _aggregate(compute: Callable[[list[float]], float]) -> Function:
    """Of one series: one number. Of an array: a series, window by window."""

    def function(calculation: Calculation, given: list[Value]) -> Value:
        value = given[0]
        if isinstance(value, list):
            at = sorted({start for one in value for start in one})
            return {start: compute([one[start] for one in value if start in one]) for start in at}
        if isinstance(value, dict):
            return compute(list(value.values())) if value else {}
        return compute([value])

    return function


def _single(compute: Callable[[float], float]) -> Function:
    return lambda calculation, given: _each(compute, given[0])


def _fill(calculation: Calculation, given: list[Value]) -> Value:
    """FILL(series, number): a value in every window."""
    series, filler = given[0], given[1]
    if not isinstance(series, dict) or isinstance(filler, list):
        raise NotUnderstood("FILL takes a time series and a number")
    dense = filler if isinstance(filler, dict) else dict.fromkeys(calculation.windows, filler)
    return dense | series


def _if(calculation: Calculation, given: list[Value]) -> Value:
    """IF(condition, then, else): without else, no data point where the condition is not met."""
    condition, then = given[0], given[1]
    other: Value = given[2] if len(given) > 2 else {}
    if not isinstance(condition, dict):
        if isinstance(condition, list):
            raise NotUnderstood("IF takes one time series as its condition")
        return then if condition else other
    chosen = {at: _at(then if met else other, at) for at, met in condition.items()}
    return _kept(chosen)


def _at(value: Value, start: int) -> float | None:
    if isinstance(value, list):
        raise NotUnderstood("IF takes single time series")
    return value.get(start) if isinstance(value, dict) else value


def _steps(compute: Callable[[float, float, int], float]) -> Function:
    def function(calculation: Calculation, given: list[Value]) -> Value:
        if not isinstance(given[0], dict):
            raise NotUnderstood("This function takes a time series")
        points = sorted(given[0].items())
        return {
            at: compute(before, value, at - earlier)
            for (earlier, before), (at, value) in itertools.pairwise(points)
        }

    return function


def _metrics(calculation: Calculation, given: list[Value]) -> Value:
    """METRICS() or METRICS("text"): all metrics of the request, or those with it in their id."""
    if given and isinstance(given[0], list):
        return given[0]
    return [calculation._known[name] for name in calculation.metrics]


def _running(calculation: Calculation, given: list[Value]) -> Value:
    if not isinstance(given[0], dict):
        raise NotUnderstood("RUNNING_SUM takes a time series")
    total, sums = 0.0, {}
    for at, value in sorted(given[0].items()):
        total += value
        sums[at] = total
    return sums


FUNCTIONS: dict[str, Function] = {
    "ABS": _single(abs),
    "AVG": _aggregate(statistics.fmean),
    "CEIL": _single(lambda v: float(math.ceil(v))),
    "DATAPOINT_COUNT": _aggregate(lambda values: float(len(values))),
    "DIFF": _steps(lambda before, value, seconds: value - before),
    "FILL": _fill,
    "FLOOR": _single(lambda v: float(math.floor(v))),
    "IF": _if,
    "LOG": _single(lambda v: math.log(v) if v > 0 else math.nan),
    "LOG10": _single(lambda v: math.log10(v) if v > 0 else math.nan),
    "MAX": _aggregate(max),
    "METRIC_COUNT": lambda c, given: float(len(given[0])) if isinstance(given[0], list) else 1.0,
    "METRICS": _metrics,
    "MIN": _aggregate(min),
    "PERIOD": lambda c, given: float(c.period),
    "RATE": _steps(lambda before, value, seconds: (value - before) / seconds),
    "RUNNING_SUM": _running,
    "STDDEV": _aggregate(statistics.pstdev),
    "SUM": _aggregate(math.fsum),
    "TIME_SERIES": lambda c, given: c._dense(given[0]),
}
