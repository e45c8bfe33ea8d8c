"""Questions that are asked at every request: how they are put into SQL is worked out once."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.db import connection
from django.db.models import Model, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

R = TypeVar("R")
MOST = 100  # values of a list, and shapes of a question, for which its SQL is kept


def first_row(sql: str, params: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row of a statement, which PostgreSQL plans once a connection: for a gate over five tables the plan
    costs ten times the answer. SQLite keeps its statements by itself."""
    database: Any = connection
    with connection.cursor() as cursor:
        if database.vendor == "postgresql":
            sql = database.prepared(cursor, sql)
        cursor.execute(sql, params)
        found: tuple[Any, ...] | None = cursor.fetchone()
        return found


@dataclass(frozen=True)
class Given:
    """Stands in a question for a value that is told when it is asked: that of a parameter, or one of its list."""

    parameter: int
    place: int | None = None

    def of(self, values: Sequence[Any]) -> Any:
        value = values[self.parameter]
        return plain(value if self.place is None else value[self.place])


def plain(value: Any) -> Any:
    """A value as the database takes it: a row's number for a row, days and moments as its driver wants them."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value


class Statement(Generic[R]):
    """A queryset that is asked again and again with other values. Django spends four fifths of a small question on
    putting it into SQL; here that is done once in a process for each shape (how long its lists are).

    make: a function from the values to a queryset; each of its parameters must stand where a column is compared with it
    (`filter(store=store, product__pk__in=products)`): not sliced by, and not looked at but for being None. None is told
    in another way than a value, and long lists are rare: both are asked as usual. Nothing else in it may change by
    itself (the time, the language). Rows come as the queryset would give them: rows of a model (with
    `select_related`), `values` or `values_list`.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, R]]) -> None:
        self.make = make
        self._kept: dict[tuple[int | None, ...], Known[R]] = {}

    def rows(self, *values: Any) -> list[R]:
        """What is found for these values, in their order in `make`."""
        shape = tuple(len(value) if isinstance(value, list | tuple) else None for value in values)
        if None in values or any(length is not None and not 0 < length <= MOST for length in shape):
            return list(self.make(*values))
        known = self._kept.get(shape)
        if known is None:
            if len(self._kept) >= MOST:
                self._kept.clear()
            known = self._kept[shape] = Known(self.make(*map(stand_in, range(len(shape)), shape)))
        return known.rows(values)

    def first(self, *values: Any) -> R | None:
        return next(iter(self.rows(*values)), None)


def stand_in(parameter: int, length: int | None) -> Any:
    if length is None:
        return Value(Given(parameter))
    return [Value(Given(parameter, place)) for place in range(length)]


class Known(Generic[R]):
    """A queryset and its SQL."""

    def __init__(self, queryset: QuerySet[Any, R]) -> None:
        self.queryset = queryset
        self.compiler: SQLCompiler = queryset.query.get_compiler(queryset.db)
        self.sql, self.params = self.compiler.as_sql()
        self.converters = self.compiler.get_converters([each for each, _sql, _alias in self.compiler.select])

    def rows(self, values: Sequence[Any]) -> list[R]:
        rows_of: Any = self.queryset._iterable_class
        return list(rows_of(Answered(self, values)))


class Answered:
    """What Django's ways of making rows (`ModelIterable`, `ValuesIterable`) take for a queryset, its query and their
    compiler, where the SQL is known already."""

    def __init__(self, known: Known[Any], values: Sequence[Any]) -> None:
        self.query = self
        self._known = known
        self._values = values

    def get_compiler(self, *_args: object, **_options: object) -> "Answered":
        return self

    def __getattr__(self, name: str) -> Any:
        known = self._known
        for place in (known.compiler, known.queryset.query, known.queryset):
            if hasattr(place, name):
                return getattr(place, name)
        raise AttributeError(name)

    def execute_sql(self, *_args: object, **_options: object) -> list[tuple[Any, ...]]:
        told = [param.of(self._values) if isinstance(param, Given) else param for param in self._known.params]
        with connection.cursor() as cursor:
            cursor.execute(self._known.sql, told)
            return cast(list[tuple[Any, ...]], cursor.fetchall())

    def results_iter(self, results: Any = None, **_options: object) -> Iterator[tuple[Any, ...]]:
        rows = self.execute_sql() if results is None else results
        known = self._known
        return map(tuple, known.compiler.apply_converters(rows, known.converters)) if known.converters else iter(rows)
