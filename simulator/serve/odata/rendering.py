"""A page of rows as JSON text: one SQL statement that renders the rows and, inside them, what is expanded.

Belongs here: `__metadata`, `__deferred`, `@odata.etag`, nested collections. Not here: envelopes (`server.py`) and single
values (`wire.py`). The statement joins each expanded set by the parent's key and aggregates its finished fragments, so
Python receives one string a page and builds no object for a row.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from simulator.serve.odata.model import EntitySet, Navigation, Service
from simulator.serve.odata.query import Shape
from simulator.serve.odata.tables import Rows, Tables
from simulator.serve.odata.wire import json_value, row_address

TableName = Callable[[EntitySet], str]


def render(tables: Tables, service: Service, shape: Shape, rows: Rows, root: str) -> str:
    """The rows' JSON objects, joined by commas, in the order of `rows`. `root` is the service's absolute address."""
    if not len(rows):
        return ""
    table = tables.table(service, shape.entity_set)
    statement = _Statement(service, root.replace("'", "''"), lambda entity_set: tables.table(service, entity_set))
    first, last = int(rows[0]), int(rows[-1])
    if isinstance(rows, range) or (last - first + 1 == len(rows) and bool(np.all(np.diff(rows) == 1))):
        source, values = f"SELECT *, _row AS _at FROM {table} WHERE _row BETWEEN {first} AND {last}", []
    else:
        numbers = "SELECT unnest(?::BIGINT[]) AS _row, generate_subscripts(?::BIGINT[], 1) AS _at"
        source, values = f"SELECT * FROM {table} JOIN ({numbers}) USING (_row)", [list(map(int, rows))] * 2
    fragments = statement.fragments(shape, source)
    sql = f"WITH {', '.join(statement.parts)} SELECT string_agg(_text, ',' ORDER BY _at) FROM {fragments}"
    found = tables.cursor().execute(sql, values).fetchone()
    return found[0] if found else ""


@dataclass
class _Statement:
    """Collects the parts of one WITH: for each entity set shown, its rows and their fragments."""

    service: Service
    root: str
    table: TableName
    parts: list[str] = field(default_factory=list)

    def fragments(self, shape: Shape, source: str) -> str:
        """The name of a part with `_text` and every column of `source`, which has a column `_at` to order by."""
        number = len(self.parts)
        rows, name = f"rows_{number}", f"fragments_{number}"
        address = f"concat('{self.root}/', {row_address(shape.entity_set, self.service.version)})"
        self.parts.append(f"{rows} AS (SELECT *, {address} AS _address FROM ({source}))")
        pieces, joins = self._head(shape), []
        pieces += [(each.name, json_value(each, self.service.version)) for each in shape.properties]
        for place, (navigation_name, below) in enumerate(shape.expanded.items()):
            navigation = shape.entity_set.navigation_by_name[navigation_name]
            children = self._children(navigation, below, rows)
            joins.append(f"LEFT JOIN {children} AS c{place} ON {_equal(navigation, rows, f'c{place}')}")
            pieces.append((navigation_name, _nested(navigation, f"c{place}._texts", self.service)))
        if self.service.version == 2:
            pieces += [(each.name, _deferred(each)) for each in shape.links]
        self.parts.append(f"{name} AS (SELECT {rows}.*, {_object(pieces)} AS _text FROM {rows} {' '.join(joins)})")
        return name

    def _children(self, navigation: Navigation, shape: Shape, parents: str) -> str:
        """The name of a part with one row for each parent that has children: its key and their fragments."""
        keys = ", ".join(f'"{other}"' for _, other in navigation.on)
        # Named apart: the parent has columns of the same names.
        renamed = ", ".join(f'"{other}" AS _key_{at}' for at, (_, other) in enumerate(navigation.on))
        own = ", ".join(f'"{own}"' for own, _ in navigation.on)
        source = (
            f"SELECT *, _row AS _at FROM {self.table(shape.entity_set)} "
            f"WHERE ({keys}) IN (SELECT ({own}) FROM {parents})"
        )
        fragments = self.fragments(shape, source)
        name = f"children_{len(self.parts)}"
        self.parts.append(
            f"{name} AS (SELECT {renamed}, string_agg(_text, ',' ORDER BY _at) AS _texts FROM {fragments} GROUP BY {keys})"
        )
        return name

    def _head(self, shape: Shape) -> list[tuple[str, str]]:
        if self.service.version == 2:
            type_name = f"{self.service.namespace}.{shape.entity_set.type_name}"
            return [
                ("__metadata", f"""concat('{{"id":"', _address, '","uri":"', _address, '","type":"{type_name}"}}')""")
            ]
        if self.service.flavour == "d365":
            # The shape of the real tag: record version and record number, in base 64.
            return [
                (
                    "@odata.etag",
                    """concat('"W/\\"', to_base64(encode(concat('''1,', 5637144576 + _record, ''''))), '\\""')""",
                )
            ]
        return []


def _object(pieces: list[tuple[str, str]]) -> str:
    parts = [f"""'{"{" if at == 0 else ","}"{name}":', {sql}""" for at, (name, sql) in enumerate(pieces)]
    return f"concat({', '.join(parts)}, '}}')" if parts else "'{}'"


def _nested(navigation: Navigation, texts: str, service: Service) -> str:
    if not navigation.many:
        return f"coalesce({texts}, 'null')"
    before, after = ('{"results":[', "]}") if service.version == 2 else ("[", "]")
    return f"concat('{before}', {texts}, '{after}')"


def _deferred(navigation: Navigation) -> str:
    return f"""concat('{{"__deferred":{{"uri":"', _address, '/{navigation.name}"}}}}')"""


def _equal(navigation: Navigation, parent: str, child: str) -> str:
    return " AND ".join(f'{parent}."{own}" = {child}._key_{at}' for at, (own, _) in enumerate(navigation.on))
