"""How a value looks on the wire: SQL that turns a column into JSON text, and addresses of rows.

Belongs here: `/Date(ms)/`, decimals as strings, `PT..`, key predicates; one SQL expression for each, so that a row is
rendered inside DuckDB and never touched by Python. Not here: reading what a client writes (`filters.py`).
"""

from simulator.serve.odata.model import EntitySet, Property, Version


def json_value(property_: Property, version: Version) -> str:
    """SQL: the column `"<name>"` as JSON text, `null` where it is null."""
    column = f'"{property_.name}"'
    return f"coalesce({_V2[property_.kind](column, property_) if version == 2 else _v4(column, property_)}, 'null')"


def row_address(entity_set: EntitySet, version: Version) -> str:
    """SQL: `Set('key')` or `Set(a='x',b='y')`, percent-encoded as it stands in a URI."""
    parts = []
    for name in entity_set.key:
        literal = _key_literal(entity_set.by_name[name], version)
        label = "" if len(entity_set.key) == 1 else f"{name}="
        parts.append(f"'{label}', {literal}")
    predicate = ", ',', ".join(parts)
    return f"concat('{entity_set.name}(', {predicate}, ')')"


def decimal_text(column: str, property_: Property) -> str:
    """SQL: a decimal's digits. An amount keeps two decimals and a quantity none that are zero, as SAP shows them."""
    text = f"{column}::VARCHAR"
    if property_.kind == "Quantity" and property_.scale:
        return f"rtrim(rtrim({text}, '0'), '.')"
    if property_.kind == "Amount" and property_.scale > 2:
        short = f"{column}::DECIMAL({property_.size},2)"
        return f"CASE WHEN {column} = {short} THEN {short}::VARCHAR ELSE {text} END"
    return text


def _text(column: str, _: Property) -> str:
    return f"to_json({column})::VARCHAR"


def _number(column: str, _: Property) -> str:
    return f"{column}::VARCHAR"


def _milliseconds(column: str, _: Property) -> str:
    return f"""'"/Date(' || epoch_ms({column}::TIMESTAMP) || ')/"'"""


def _milliseconds_with_offset(column: str, _: Property) -> str:
    return f"""'"/Date(' || epoch_ms({column}) || '+0000)/"'"""


def _duration(column: str, _: Property) -> str:
    return f"""strftime(DATE '1970-01-01' + {column}, '"PT%HH%MM%SS"')"""


def _quoted_decimal(column: str, property_: Property) -> str:
    return f"""'"' || {decimal_text(column, property_)} || '"'"""


def _v4(column: str, property_: Property) -> str:
    if property_.kind in ("Decimal", "Amount", "Quantity"):
        return decimal_text(column, property_)
    if property_.kind in ("DateTime", "DateTimeOffset", "NoonDate"):
        # A fraction is written only where there is one.
        return (
            f"""CASE WHEN epoch_ms({column}) % 1000 = 0 THEN strftime({column}, '"%Y-%m-%dT%H:%M:%SZ"')"""
            f""" ELSE strftime({column}, '"%Y-%m-%dT%H:%M:%S.%gZ"') END"""
        )
    if property_.kind == "Date":
        return f"""'"' || {column}::VARCHAR || '"'"""
    if property_.kind == "Time":
        return f"""strftime(DATE '1970-01-01' + {column}, '"%H:%M:%S"')"""
    return _number(column, property_) if property_.kind == "Int64" else _V2[property_.kind](column, property_)


_V2 = {
    "String": _text,
    "Enum": _text,
    "Guid": _text,
    "Boolean": _number,
    "Byte": _number,
    "Int16": _number,
    "Int32": _number,
    "Int64": lambda column, _: f"""'"' || {column} || '"'""",
    "Decimal": _quoted_decimal,
    "Amount": _quoted_decimal,
    "Quantity": _quoted_decimal,
    "Date": _milliseconds,
    "DateTime": _milliseconds,
    "DateTimeOffset": _milliseconds_with_offset,
    "NoonDate": _milliseconds_with_offset,
    "Time": _duration,
}


def _key_literal(property_: Property, version: Version) -> str:
    column = f'"{property_.name}"'
    if property_.kind in ("String", "Enum"):
        # The quotes that enclose stay as they are; those inside are doubled, then everything is encoded.
        return f"'''', url_encode(replace({column}, '''', '''''')), ''''"
    if version == 4:
        return f"""replace(trim({_v4(column, property_)}, '"'), ':', '%3A')"""
    if property_.kind in ("Date", "DateTime"):
        return f"strftime({column}::TIMESTAMP, 'datetime''%Y-%m-%dT%H%%3A%M%%3A%S''')"
    if property_.kind == "DateTimeOffset":
        return f"strftime({column}, 'datetimeoffset''%Y-%m-%dT%H%%3A%M%%3A%SZ''')"
    if property_.kind == "Guid":
        return f"'guid''', {column}, ''''"
    suffix = {"Int64": "L", "Decimal": "M", "Amount": "M", "Quantity": "M"}.get(property_.kind, "")
    return f"{column}, '{suffix}'"
