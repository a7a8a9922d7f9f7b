"""From an expression to SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from . import values
from .errors import MalformedQuery, unexpected
from .functions import AGGREGATES, FUNCTIONS, Aggregate, Function
from .groups import as_re2
from .syntax import (
    Arithmetic,
    Both,
    Call,
    Compare,
    Either,
    Expression,
    Field,
    Like,
    Not,
    Number,
    Period,
    Regex,
    Star,
    Text,
    Within,
)
from .values import Value, quoted


class Scope(Protocol):
    """What the names around an expression mean."""

    @property
    def text(self) -> str:
        """The query's."""
        ...

    @property
    def now(self) -> int:
        """Seconds since 1970."""
        ...

    def field(self, field: Field) -> Value: ...

    def time(self, call: Call) -> Value:
        """The event's time. Raises MalformedQuery where there are no events any more."""
        ...


@dataclass(frozen=True, slots=True)
class Compiler:
    """Raises MalformedQuery for what makes no sense. In `stats`, `events` is what the names within
    an aggregate mean; elsewhere there are no aggregates."""

    scope: Scope
    events: Scope | None = None

    def value(self, expression: Expression) -> Value:
        match expression:
            case Text(value):
                return Value(quoted(value), "text")
            case Number(value):
                return Value(f"{value!r}::DOUBLE", "number")
            case Field():
                return self.scope.field(expression)
            case Call():
                return self._call(expression)
            case Arithmetic(operator, left, right):
                return self._arithmetic(operator, left, right)
            case Period(_, _, span) | Regex(_, span):
                text = self.scope.text
                raise unexpected(text, text[span.start : span.end], span.start)
            case Star():
                raise MalformedQuery("unexpected symbol found *", 0, len(self.scope.text))
        return Value(self.condition(expression), "truth")

    def condition(self, expression: Expression) -> str:
        match expression:
            case Both(left, right):
                return f"({self.condition(left)} AND {self.condition(right)})"
            case Either(left, right):
                return f"({self.condition(left)} OR {self.condition(right)})"
            case Not(inner):
                return f"(NOT {self.condition(inner)})"
            case Compare(operator, left, right):
                return self._compare(operator, self.value(left), self.value(right))
            case Like(left, pattern):
                return self._like(values.as_text(self.value(left)), pattern)
            case Within(left, items):
                found = self.value(left)
                tests = [values.equal(found, self.value(item)) for item in items]
                return f"({' OR '.join(tests)})"
        return values.as_truth(self.value(expression))

    @staticmethod
    def _compare(operator: str, left: Value, right: Value) -> str:
        if operator == "=":
            return values.equal(left, right)
        if operator == "!=":
            return f"(NOT {values.equal(left, right)})"
        return values.ordered(operator, left, right)

    def _like(self, text: str, pattern: Expression) -> str:
        if isinstance(pattern, Regex):
            return f"coalesce(regexp_matches({text}, {quoted(as_re2(pattern.pattern))}), false)"
        return f"coalesce(contains({text}, {values.as_text(self.value(pattern))}), false)"

    def _arithmetic(self, operator: str, left: Expression, right: Expression) -> Value:
        a, b = (values.as_number(self.value(side)) for side in (left, right))
        if operator == "^":
            return Value(f"TRY(power({a}, {b}))", "number")
        if operator in "/%":
            b = f"nullif({b}, 0)"
        return Value(f"({a} {operator} {b})", "number")

    # -- calls

    def _call(self, call: Call) -> Value:
        if self.events is not None and call.function in AGGREGATES:
            return self._aggregate(call, AGGREGATES[call.function], Compiler(self.events))
        function = FUNCTIONS.get(call.function)
        if function is None:
            raise self._refused(call)
        most = function.most()
        count = len(call.arguments)
        if count < function.least() or (most is not None and count > most):
            raise self._refused(call)
        return self._filled(call, function)

    def _filled(self, call: Call, function: Function) -> Value:
        if call.function == "now":
            return Value(f"{float(self.scope.now)!r}::DOUBLE", "number")
        if call.function == "bin":
            return Value(self._floor(call, self.scope.time(call), 0), "time")
        if call.function in ("datefloor", "dateceil"):
            up = call.function == "dateceil"
            return Value(self._floor(call, self.value(call.arguments[0]), 1, up), "time")
        given = [self._argument(a, function.kind(i)) for i, a in enumerate(call.arguments)]
        return Value(function.fill(given), function.gives)

    def _argument(self, expression: Expression, kind: str) -> str:
        if kind == "c":
            return self.condition(expression)
        value = self.value(expression)
        as_asked = {"n": values.as_number, "d": values.as_time, "j": values.as_tree}
        return as_asked.get(kind, values.as_text)(value)

    def _floor(self, call: Call, value: Value, place: int, up: bool = False) -> str:
        """The period's start that lies before the time, or the one after it."""
        period = call.arguments[place]
        if not isinstance(period, Period):
            raise self._refused(call)
        time = values.as_time(value)
        if period.milliseconds:
            length = period.milliseconds
            offset = length - 1 if up else 0
            return f"(({time} + {offset}) // {length} * {length})"
        width = f"to_months({period.months})"
        low = f"time_bucket({width}, make_timestamp_ms({time}), TIMESTAMP '1970-01-01')"
        exact = f"epoch_ms({low}) = {time}"
        return f"epoch_ms(CASE WHEN {exact} OR NOT {up} THEN {low} ELSE {low} + {width} END)"

    def _aggregate(self, call: Call, aggregate: Aggregate, inner: Compiler) -> Value:
        if call.function == "count" and (not call.arguments or call.arguments == (Star(),)):
            return Value("count(*)::DOUBLE", "number")
        if call.function == "pct":
            return self._percentile(call, inner)
        if len(call.arguments) != 1:
            raise self._refused(call)
        value = inner.value(call.arguments[0])
        kept, gives = values.as_text(value), aggregate.gives
        if aggregate.takes == "n" or (aggregate.takes == "m" and values.is_numeric(value)):
            kept, gives = values.as_number(value), "number"
        sql = aggregate.sql.format(
            kept,
            number=values.as_number(value),
            order=f"({', '.join(values.natural(value))})",
            time=inner.scope.time(call).sql if "{time}" in aggregate.sql else "",
        )
        return Value(sql, gives)

    def _percentile(self, call: Call, inner: Compiler) -> Value:
        match call.arguments:
            case (of, Number(percent)) if 0 <= percent <= 100:
                number = values.as_number(inner.value(of))
                return Value(f"quantile_cont({number}, {percent / 100!r})", "number")
        raise self._refused(call)

    def _refused(self, call: Call) -> MalformedQuery:
        name = self.scope.text[call.span.start : call.span.end]
        return unexpected(self.scope.text, name, call.span.start)
