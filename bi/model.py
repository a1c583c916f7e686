"""How a page is described: datasets, figures, columns. Impossible combinations are refused when a module is imported.

A dataset is a table of the published database, summed to a few dimensions. A page carries the sums and not the rows; a
figure sums them on in the browser, and shows the SQL that gives the same figures on the published database.

Not here: what the pages say (pages/), how they are written (build.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

FACILITY, MONTH, CURRENCY = "facility", "month", "currency"


class Unit(StrEnum):
    """What a sum counts. A page carries sums as whole numbers: cents of money, and so on."""

    MONEY = "money"
    COUNT = "count"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    SHARE = "share"
    RATE = "rate"
    QUANTITY = "quantity"

    @property
    def scale(self) -> int:
        """One of the unit as a whole number of the smallest part that is carried."""
        return {Unit.COUNT: 1, Unit.MONEY: 100, Unit.HOURS: 100, Unit.MINUTES: 100}.get(self, 1_000_000)


class Span(StrEnum):
    """Which months a figure stands for, of those that the reader has chosen."""

    PERIOD = "period"  # all of them
    LAST = "last"  # the last of them: what stands at a month's end
    TREND = "trend"  # those, and before them as many as make thirteen
    NOW = "now"  # none: the table says what is so today


@dataclass(frozen=True)
class Measure:
    """A sum (`sum(...)`, `count(*)`) over rows of the dataset's table, of one unit."""

    sql: str
    unit: Unit = Unit.MONEY

    def __post_init__(self) -> None:
        if not self.sql.startswith(("sum(", "count(")):
            raise ValueError(f"{self.sql}: only sums and counts add up over months and facilities")


@dataclass(frozen=True)
class Dataset:
    """Sums of one published table. dimensions: name to column or expression; a dataset with FACILITY, MONTH or CURRENCY
    among them follows the reader's choice. labels: dimension to the expression of what a person calls its values."""

    relation: str
    dimensions: Mapping[str, str]
    measures: Mapping[str, Measure]
    where: str | None = None

    def __post_init__(self) -> None:
        shared = set(self.dimensions) & set(self.measures)
        if shared or not self.measures:
            raise ValueError(f"{self.relation}: measures are missing, or named like dimensions: {sorted(shared)}")


@dataclass(frozen=True)
class Column:
    """A column of numbers: the sum of a measure, or with `per` its ratio to another. bar: drawn as a bar too. adds_up: the
    sum over rows means something (chances and thresholds do not)."""

    label: str
    measure: str
    per: str | None = None
    unit: Unit | None = None
    bar: bool = False
    adds_up: bool = True

    def __post_init__(self) -> None:
        if (self.per is None) != (self.unit is None):
            raise ValueError(f"{self.label}: a ratio names its unit, a sum has that of its measure")


class Kind(StrEnum):
    """How a figure looks."""

    TABLE = "table"  # rows in the order of its first column, bars beside the names
    TREND = "trend"  # columns by month, stacked where there is a second dimension
    LINES = "lines"  # lines by month, one for each value of a second dimension
    BRIDGE = "bridge"  # from one sum to another, step by step
    ATTENTION = "attention"  # findings, each leading to the page that tells more


@dataclass(frozen=True)
class Figure:
    """One thing that a page shows. decides: what a reader does with it. by: its dimensions, with what a person calls each.
    drill: a dimension of which a click chooses a value for the whole page. leads_to: the page that tells more of a row,
    with that value chosen there."""

    name: str
    title: str
    decides: str
    kind: Kind
    dataset: str
    by: Mapping[str, str]
    columns: tuple[Column, ...]
    span: Span = Span.PERIOD
    drill: str | None = None
    leads_to: str | None = None
    top: int = 10
    is_wide: bool = False
    ascending: bool = False

    def __post_init__(self) -> None:
        if self.kind in (Kind.TREND, Kind.LINES) and (self.span is not Span.TREND or MONTH not in self.by):
            raise ValueError(f"{self.name}: a course over months spans the trend and goes by month")
        if self.drill is not None and self.drill not in self.by:
            raise ValueError(f"{self.name}: {self.drill} is not among what it goes by")
        if self.leads_to is not None and self.drill is None:
            raise ValueError(f"{self.name}: leads to a page without saying with which value chosen")


@dataclass(frozen=True)
class Page:
    """A page of the pack. kpis: codes of key figures (cfg_kpi) that open it."""

    name: str
    title: str
    asks: str
    kpis: tuple[str, ...] = ()
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()

    def __post_init__(self) -> None:
        for figure in self.figures:
            dataset = self.datasets.get(figure.dataset)
            if dataset is None:
                raise ValueError(f"{self.name}.{figure.name}: no dataset {figure.dataset}")
            measures = {name for column in figure.columns for name in (column.measure, column.per) if name}
            unknown = (set(figure.by) - set(dataset.dimensions)) | (measures - set(dataset.measures))
            if unknown:
                raise ValueError(f"{self.name}.{figure.name}: {figure.dataset} has no {', '.join(sorted(unknown))}")
            if figure.span is not Span.NOW and MONTH not in dataset.dimensions:
                raise ValueError(f"{self.name}.{figure.name}: spans months, and {figure.dataset} has none")
        names = [figure.name for figure in self.figures]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: two figures of one name")
