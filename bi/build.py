"""Writes the pack: reads the published database, writes a folder of pages, their data and what draws them.

Every figure on a page is a sum of whole numbers that the page carries, so it equals SQL to the cent. The folder is complete
or it is not there: it is written beside and renamed. It needs no server: a browser opens it from a disk.

Not here: what the pages say (pages/), when the pack is made and swapped in (orchestration).
"""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bi.model import Dataset, Figure, Page, Unit
from bi.pages import LABELS, PAGES, board

HERE = Path(__file__).parent
KPI_UNITS = {
    "MONEY": Unit.MONEY,
    "SHARE": Unit.SHARE,
    "DAYS": Unit.DAYS,
    "RATE": Unit.RATE,
}


class PackError(Exception):
    """The pack was not written, the one before still stands; the message says what to do."""


@dataclass(frozen=True)
class Published:
    """The published database, open for reading, and what it says of itself."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Raises PackError when the database does not have what a page is made of."""
        try:
            return self.connection.execute(sql, list(parameters)).fetchall()
        except duckdb.Error as error:
            raise PackError(
                f"The published database cannot answer what the pack asks. Publish a build of this version first.\n{error}"
            ) from error


def write_pack(database: Path, folder: Path, pages: Sequence[Page] = PAGES) -> Path:
    """Write the pack of a published database into `folder`, which must not exist. Raises PackError."""
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        published = Published(connection)
        about = _about(published)
        choices = _choices(published, about["as_of"])
        everything = [*pages, board(pages)]
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        for page in everything:
            _write_page(environment, published, partial, page, pages, about, choices)
        _write_dictionary(environment, published, partial, pages, about)
    shutil.copytree(HERE / "static", partial / "static")
    partial.rename(folder)
    return folder / "index.html"


def _write_dictionary(
    environment: Environment, published: Published, folder: Path, pages: Sequence[Page], about: Mapping[str, Any]
) -> None:
    """Every published table with its columns, what it answers, what it is made of, how it is tested: read from the file."""

    def by_table(sql: str) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
        found: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        for schema, name, *rest in published.rows(sql):
            found.setdefault((schema, name), []).append(tuple(rest))
        return found

    columns = by_table(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() where not internal"
        " order by schema_name, table_name, column_index"
    )
    questions = by_table("select schema_name, table_name, question, sql from about.questions order by all")
    origins = by_table(
        "select schema_name, table_name, from_schema_name, from_table_name from about.lineage order by all"
    )
    checks = by_table(
        "select schema_name, table_name, column_name, check_name, is_blocking from about.checks order by all"
    )
    tables = [
        {
            "schema": schema,
            "name": name,
            "meaning": comment or "",
            "owner": owner or "–",
            "rows": f"{rows:,}",
            "incomplete": incomplete,
            "columns": columns.get((schema, name), []),
            "questions": questions.get((schema, name), []),
            "origins": origins.get((schema, name), []),
            "checks": checks.get((schema, name), []),
        }
        for schema, name, comment, owner, rows, incomplete in published.rows(
            "select known.schema_name, known.table_name, named.comment, known.owner_role, known.rows,"
            " known.incomplete_because from about.tables as known join duckdb_tables() as named"
            " on known.schema_name = named.schema_name and known.table_name = named.table_name"
            " order by known.schema_name <> 'canonical' desc, known.schema_name, known.table_name"
        )
    ]
    html = environment.get_template("dictionary.html.j2").render(pages=pages, about=about, tables=tables)
    (folder / "dictionary.html").write_text(html, encoding="utf-8")


def _write_page(
    environment: Environment,
    published: Published,
    folder: Path,
    page: Page,
    pages: Sequence[Page],
    about: Mapping[str, Any],
    choices: Mapping[str, Any],
) -> None:
    said = {
        "about": about,
        "choices": choices,
        "kpis": _kpis(published, page.kpis),
        "page": {
            "name": page.name,
            "datasets": {name: _dataset(published, page, name) for name in page.datasets},
            "figures": {figure.name: _figure(figure) for figure in page.figures},
        },
    }
    data = folder / "data"
    data.mkdir(exist_ok=True)
    text = json.dumps(said, separators=(",", ":"), ensure_ascii=False, default=_as_text)
    (data / f"{page.name}.js").write_text(f"window.parline = {text};\n", encoding="utf-8")
    html = environment.get_template("page.html.j2").render(
        page=page, pages=pages, about=about, choices=choices, warnings=_warnings(published, page)
    )
    (folder / f"{page.name}.html").write_text(html, encoding="utf-8")


def _about(published: Published) -> dict[str, Any]:
    [(build_id, built_at, commit)] = published.rows("select build_id, built_at, git_commit from about.build")
    [(as_of,)] = published.rows("select max(as_of_date) from mart_operations.mart_exec_kpi")
    as_of = as_of or built_at.date()  # nothing is loaded yet
    [(late, sources)] = published.rows(
        "select count(*) filter (where is_late or freshness_status = 'SILENT'), count(*)"
        " from mart_operations.mart_freshness"
    )
    return {
        "build": build_id,
        "built_at": built_at.strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit[:8],
        "as_of": as_of.isoformat(),
        "late": late,
        "sources": sources,
    }


def _choices(published: Published, as_of: str) -> dict[str, Any]:
    """What a reader may choose. Months end with the last one that is whole: over in the calendar, and with at least half of
    the invoice lines of the months before it. One that has begun, or that most systems have not sent yet, looks like a
    collapse."""
    months = [
        month
        for (month,) in published.rows(
            """
            with posted as (
                select period, sum(line_count) as lines
                from mart_procurement.mart_spend_cube
                where last_day(strptime(period, '%Y-%m')::date) <= $1::date
                group by period
            ),
            usual as (
                select period, lines, avg(lines) over (order by period rows between 3 preceding and 1 preceding) as before
                from posted
            )
            select period from posted
            where period <= (select max(period) from usual where before is null or 2 * lines >= before)
            order by period
            """,
            [as_of],
        )
    ]
    months = months or [as_of[:7]]  # nothing is posted yet
    facilities = published.rows(
        "select distinct facility_key, coalesce(facility_name, facility_key) from mart_operations.mart_exec_kpi "
        "left join canonical.dim_facility using (facility_key) where not is_whole_network order by 1"
    )
    currencies = published.rows(
        "select functional_currency_code from mart_procurement.mart_spend_cube group by 1 order by count(*) desc, 1"
    )
    return {
        "months": months,
        "facilities": [{"key": key, "name": name} for key, name in facilities],
        "currencies": [code for (code,) in currencies] or ["USD"],
    }


def _kpis(published: Published, codes: Sequence[str]) -> dict[str, Any]:
    """Key figures as the mart has them: a ratio is taken there, of sums, and only shown here."""
    rows = published.rows(
        "select kpi_code, facility_key, period, currency_code, numerator, denominator, kpi_value, target_value, kpi_status,"
        " target_source, as_of_date from mart_operations.mart_exec_kpi where list_contains($1, kpi_code)"
        " order by kpi_code, facility_key, currency_code, period",
        [list(codes)],
    )
    about = published.rows(
        "select kpi_code, any_value(kpi_name), any_value(kpi_unit), any_value(better_when), any_value(owner_role),"
        " any_value(kpi_definition) from mart_operations.mart_exec_kpi where list_contains($1, kpi_code) group by 1",
        [list(codes)],
    )
    named = {
        code: {"name": name, "unit": KPI_UNITS[unit], "better": better, "owner": owner, "definition": definition}
        for code, name, unit, better, owner, definition in about
    }
    for code in codes:  # a key figure that nothing feeds yet is said to have no figure, not left out
        named.setdefault(code, {"name": code, "unit": Unit.RATE, "better": None, "owner": "–", "definition": "–"})
    return {
        "about": named,
        "rows": [
            {
                "code": code,
                "facility": facility,
                "month": month,
                "currency": currency,
                "numerator": _as_text(numerator),
                "denominator": _as_text(denominator),
                "value": None if value is None else float(value),
                "target": None if target is None else float(target),
                "status": status,
                "target_source": source,
                "as_of": as_of.isoformat(),
            }
            for code, facility, month, currency, numerator, denominator, value, target, status, source, as_of in rows
        ],
    }


def _dataset(published: Published, page: Page, name: str) -> dict[str, Any]:
    dataset = page.datasets[name]
    dimensions, measures = list(dataset.dimensions), list(dataset.measures)
    selected = [f"{sql} as {quoted(one)}" for one, sql in dataset.dimensions.items()]
    selected += [f"{measure.sql} as {quoted(one)}" for one, measure in dataset.measures.items()]
    where = f" where {dataset.where}" if dataset.where else ""
    rows = published.rows(f"select {', '.join(selected)} from {dataset.relation}{where} group by all order by all")
    columns = list(zip(*rows, strict=True)) or [()] * (len(dimensions) + len(measures))
    return {
        "rows": len(rows),
        "dimensions": {
            one: _dimension(published, one, values) for one, values in zip(dimensions, columns, strict=False)
        },
        "measures": {
            one: {
                "unit": dataset.measures[one].unit,
                "scale": dataset.measures[one].unit.scale,
                "sums": [_whole(f"{page.name}.{name}.{one}", amount, dataset.measures[one].unit) for amount in amounts],
            }
            for one, amounts in zip(measures, columns[len(dimensions) :], strict=True)
        },
        "names": {one: label for figure in page.figures for one, label in figure.by.items() if figure.dataset == name},
        "sql": _sql(dataset),
    }


def _dimension(published: Published, name: str, values: Iterable[Any]) -> dict[str, Any]:
    """Values once and codes for the rows. Labels are what a person calls a key, where the database knows it."""
    texts = [None if value is None else _as_text(value) for value in values]
    distinct = sorted({text for text in texts if text is not None})
    known: list[str | None] = [*distinct, *([None] if None in texts else [])]
    place = {value: index for index, value in enumerate(known)}
    said: dict[str, Any] = {"values": known, "codes": [place[text] for text in texts]}
    if name in LABELS and distinct:
        relation, key, label = LABELS[name]
        said["labels"] = dict(
            published.rows(
                f"select {key}, any_value({label}) from {relation} where list_contains($1, {key}) and {label} is not null"
                " group by 1",
                [distinct],
            )
        )
    return said


def _whole(where: str, amount: Any, unit: Unit) -> int | None:
    """A sum as a whole number of the unit's smallest part. Raises PackError when it is none: nothing is rounded here."""
    if amount is None:
        return None
    scaled = Decimal(amount) * unit.scale
    if scaled != scaled.to_integral_value() or abs(scaled) >= 2**53:
        raise PackError(f"{where}: {amount} is no whole number of 1/{unit.scale}, or too large for a browser.")
    return int(scaled)


def _sql(dataset: Dataset) -> dict[str, Any]:
    return {
        "relation": dataset.relation,
        "where": dataset.where,
        "dimensions": dict(dataset.dimensions),
        "measures": {name: measure.sql for name, measure in dataset.measures.items()},
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "title": figure.title,
        "kind": figure.kind,
        "dataset": figure.dataset,
        "by": list(figure.by.items()),
        "columns": [
            {
                "label": column.label,
                "measure": column.measure,
                "per": column.per,
                "unit": column.unit,
                "bar": column.bar,
                "adds_up": column.adds_up,
            }
            for column in figure.columns
        ],
        "span": figure.span,
        "drill": figure.drill,
        "leads_to": figure.leads_to,
        "top": figure.top,
        "ascending": figure.ascending,
    }


def _warnings(published: Published, page: Page) -> list[tuple[str, str]]:
    """What on this page is older or poorer than it should be, and why: tables that are not complete, and feeds of them whose
    source has not answered for longer than was agreed. Said on top of the page."""
    relations = sorted({dataset.relation for dataset in page.datasets.values()})
    if page.kpis:
        relations.append("mart_operations.mart_exec_kpi")
    incomplete = published.rows(
        "select schema_name || '.' || table_name as relation, incomplete_because from about.tables"
        " where not is_data_complete and list_contains($1, relation) order by relation",
        [relations],
    )
    # mart_freshness itself stands on every feed, and tells of each.
    late = published.rows(
        """
        with recursive made_of as (
            select unnest($1::varchar[]) as relation
            union
            select from_schema_name || '.' || from_table_name
            from about.lineage inner join made_of on schema_name || '.' || table_name = relation
            where relation <> 'mart_operations.mart_freshness'
        )
        select
            source_instance || ' ' || object_name,
            case
                when is_late then 'no answer for ' || round(hours_since_answer) || ' hours, agreed are ' || round(agreed_hours)
                else 'nothing new from its source for ' || round(silent_hours) || ' hours, longer than ever'
            end
        from mart_operations.mart_freshness
        where (is_late or freshness_status = 'SILENT')
            and 'raw_' || source_system || '.' || object_name in (select relation from made_of)
        order by 1
        """,
        [relations],
    )
    return [*incomplete, *late]


def _as_text(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value is not None else None


def quoted(name: str) -> str:
    """An identifier as SQL."""
    return '"' + name.replace('"', '""') + '"'
