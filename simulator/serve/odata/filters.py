"""$filter and key literals: what a client writes in OData v2 or v4, as SQL over a table with bound values.

Belongs here: tokens, the grammar, and which literal may meet which property. Not here: the other options (`query.py`).
Rules: OData 2.0 URI conventions 4.5, OData 4.01 ABNF. As real gateways do, a literal of another type is refused and not
converted: a datetime against an Edm.DateTimeOffset, text against an enumeration.
"""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from simulator.serve.odata.model import EntitySet, Property, Service
from simulator.serve.odata.refusals import malformed
from simulator.serve.odata.tables import Condition

COMPARISONS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
FUNCTIONS = {2: ("substringof", "startswith", "endswith"), 4: ("contains", "startswith", "endswith")}
SQL_FUNCTION = {
    "substringof": "contains",
    "contains": "contains",
    "startswith": "starts_with",
    "endswith": "ends_with",
}
MOST_NESTED = 100  # Parentheses and nots in one filter; a real gateway has a limit of its own.

_DAY, _CLOCK = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
TOKENS = {
    2: rf"""(?P<datetimeoffset>datetimeoffset'{_DAY}T{_CLOCK}(?:Z|[+-]\d\d:\d\d)')
        | (?P<datetime>datetime'{_DAY}T{_CLOCK}') | (?P<time>time'PT(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?')
        | (?P<guid>guid'[0-9a-fA-F-]{{36}}') | (?P<string>'(?:[^']|'')*') | (?P<number>-?\d+(?:\.\d+)?[mMlLdDfF]?)""",
    4: rf"""(?P<datetimeoffset>{_DAY}T{_CLOCK}(?:Z|[+-]\d\d:\d\d))
        | (?P<guid>[0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}})
        | (?P<date>{_DAY}) | (?P<time>{_CLOCK}) | (?P<enum>[A-Za-z_][\w.]*'[^']*') | (?P<string>'(?:[^']|'')*')
        | (?P<number>-?\d+(?:\.\d+)?)""",
}
WORDS = r"| (?P<word>[A-Za-z_@][\w.]*(?:/\w+)*) | (?P<punctuation>[(),])"
SCANNERS = {version: re.compile(rf"\s*(?:{literals} {WORDS})", re.VERBOSE) for version, literals in TOKENS.items()}
DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?")

# Which kinds of property a literal may be compared with.
MEETS = {
    2: {
        "string": {"String"},
        "number": {"Byte", "Int16", "Int32", "Int64", "Decimal", "Amount", "Quantity"},
        "boolean": {"Boolean"},
        "datetime": {"Date", "DateTime"},
        "datetimeoffset": {"DateTimeOffset"},
        "time": {"Time"},
        "guid": {"Guid"},
    },
    4: {
        "string": {"String"},
        "number": {"Byte", "Int16", "Int32", "Int64", "Decimal", "Amount", "Quantity"},
        "boolean": {"Boolean"},
        "date": {"Date"},
        "datetimeoffset": {"DateTime", "DateTimeOffset", "NoonDate"},
        "time": {"Time"},
        "guid": {"Guid"},
        "enum": {"Enum"},
    },
}

Token = tuple[str, str]
Literal = tuple[str, Any]


def read_filter(text: str, service: Service, entity_set: EntitySet) -> Condition:
    """The condition of a $filter. Raises RefusalError 400 that names what is wrong and where."""
    return _Reader(text, service, entity_set).whole()


def read_key(text: str, service: Service, entity_set: EntitySet) -> list[Condition]:
    """The conditions of `('key')` or `(a='x',b='y')`, without the parentheses. Raises RefusalError 400."""
    reader = _Reader(text, service, entity_set)
    found: dict[str, Condition] = {}
    while reader.tokens:
        name = entity_set.key[0]
        if reader.tokens[0][0] == "word" and len(reader.tokens) > 1 and reader.tokens[1] == ("punctuation", "="):
            name = reader.take()[1]
            reader.take()
        if name not in entity_set.key or name in found:
            raise malformed(f"Invalid key predicate: '{name}'")
        found[name] = reader.comparison(entity_set.by_name[name], "eq")
        if reader.tokens and reader.take() != ("punctuation", ","):
            raise malformed(f"Invalid key predicate: ({text})")
    if set(found) != set(entity_set.key):
        raise malformed(f"Invalid key predicate: the key is {', '.join(entity_set.key)}")
    return list(found.values())


class _Reader:
    """A recursive descent over the tokens: or binds weakest, then and, then not, then a comparison or a function."""

    def __init__(self, text: str, service: Service, entity_set: EntitySet) -> None:
        self.service, self.entity_set, self.tokens = service, entity_set, _scan(text, service.version)

    def take(self) -> Token:
        if not self.tokens:
            raise malformed("Invalid filter: it ends too early")
        return self.tokens.pop(0)

    def next_is(self, *words: str) -> bool:
        return bool(self.tokens) and self.tokens[0][0] in ("word", "punctuation") and self.tokens[0][1] in words

    def expect(self, mark: str) -> None:
        if (found := self.take()) != ("punctuation", mark):
            raise malformed(f"Invalid filter: '{mark}' expected, '{found[1]}' found")

    def whole(self) -> Condition:
        if sum(self.tokens.count(nesting) for nesting in (("punctuation", "("), ("word", "not"))) > MOST_NESTED:
            raise malformed("Invalid filter: it is nested too deeply")
        condition = self.either()
        if self.tokens:
            raise malformed(f"Invalid filter: '{self.tokens[0][1]}' is not expected here")
        return condition

    def either(self) -> Condition:
        return self._joined("or", self.both)

    def both(self) -> Condition:
        return self._joined("and", self.single)

    def _joined(self, word: str, part: Any) -> Condition:
        parts: list[Condition] = [part()]
        while self.next_is(word):
            self.take()
            parts.append(part())
        sql = f" {word.upper()} ".join(f"({part.sql})" for part in parts)
        return Condition(sql, tuple(value for part in parts for value in part.values))

    def single(self) -> Condition:
        if self.next_is("not"):
            self.take()
            inner = self.single()
            return Condition(f"NOT ({inner.sql})", inner.values)
        if self.next_is("("):
            self.take()
            inner = self.either()
            self.expect(")")
            return inner
        kind, text = self.take()
        if kind == "word" and self.next_is("("):
            return self.function(text)
        if kind != "word":
            raise malformed(f"Invalid filter: a property or function expected, '{text}' found")
        property_ = self.property_(text)
        if property_.kind == "Boolean" and not self.next_is(*COMPARISONS):
            return Condition(f'"{property_.name}"')
        operator = self.take()[1]
        if operator not in COMPARISONS:
            raise malformed(f"Invalid filter: a comparison expected after '{text}', '{operator}' found")
        return self.comparison(property_, operator)

    def property_(self, name: str) -> Property:
        if name not in self.entity_set.by_name:
            raise unknown_property(name, self.service, self.entity_set)
        return self.entity_set.by_name[name]

    def comparison(self, property_: Property, operator: str) -> Condition:
        column, (kind, value) = f'"{property_.name}"', self.literal()
        if kind == "null":
            if operator not in ("eq", "ne"):
                raise malformed(f"Invalid parametertype used at function '{operator}'")
            return Condition(f"{column} IS {'NOT ' if operator == 'ne' else ''}NULL")
        self.check(property_, kind, operator)
        if kind == "enum":
            value = self.member(property_, value)
        if operator == "ne":
            # A row without a value differs from every value: OData's null is not SQL's.
            return Condition(f"{column} IS DISTINCT FROM ?", (value,))
        return Condition(f"coalesce({column} {COMPARISONS[operator]} ?, false)", (value,))

    def check(self, property_: Property, kind: str, operator: str) -> None:
        if property_.kind not in MEETS[self.service.version][kind]:
            if self.service.flavour == "sap":
                raise malformed(f"Invalid parametertype used at function '{operator}' (property '{property_.name}')")
            raise malformed(
                "A binary operator with incompatible types was detected. Found operand types "
                f"'{property_.edm_type(4) or property_.size}' and '{kind}' for operator kind '{operator}'."
            )

    def member(self, property_: Property, literal: str) -> str:
        type_name, _, member = literal.rstrip("'").partition("'")
        if type_name != f"{self.service.namespace}.{property_.size}":
            raise malformed(f"'{property_.name}' is a {self.service.namespace}.{property_.size}, no {type_name}")
        return member

    def function(self, name: str) -> Condition:
        if name not in FUNCTIONS[self.service.version]:
            raise malformed(f"An unknown function with name '{name}' was found.")
        self.expect("(")
        text = self.text_argument() if name == "substringof" else None
        kind, word = self.take()
        property_ = self.property_(word)
        if kind != "word" or property_.kind != "String":
            raise malformed(f"Invalid parametertype used at function '{name}'")
        if text is None:
            self.expect(",")
            text = self.text_argument(last=True)
        self.expect(")")
        while self.next_is("eq") and self.tokens[1:2] == [("word", "true")]:
            del self.tokens[:2]
        return Condition(f'coalesce({SQL_FUNCTION[name]}("{property_.name}", ?), false)', (text,))

    def text_argument(self, last: bool = False) -> str:
        kind, value = self.literal()
        if kind != "string":
            raise malformed(f"Text in quotes expected, '{value}' found")
        if not last:
            self.expect(",")
        return str(value)

    def literal(self) -> Literal:
        kind, text = self.take()
        if kind == "word" and text in ("true", "false"):
            return "boolean", text == "true"
        if kind == "word" and text == "null":
            return "null", None
        if kind in ("word", "punctuation"):
            raise malformed(f"Invalid filter: a literal expected, '{text}' found")
        try:
            return kind, _value(kind, text)
        except (ValueError, InvalidOperation) as error:
            raise malformed(f"Invalid literal {text}") from error


def unknown_property(name: str, service: Service, entity_set: EntitySet) -> Exception:
    if service.flavour == "sap":
        return malformed(f"Property {name} not found in type {entity_set.type_name}")
    return malformed(
        "The query specified in the URI is not valid. "
        f"Could not find a property named '{name}' on type '{service.namespace}.{entity_set.type_name}'."
    )


def _scan(text: str, version: int) -> list[Token]:
    tokens, at, text = [], 0, text.strip()
    while at < len(text):
        if text[at] == "=":  # Only key predicates have it.
            tokens.append(("punctuation", "="))
            at += 1
            continue
        match = SCANNERS[version].match(text, at)
        if not match or not match.lastgroup:
            raise malformed(f"Invalid token detected at position {at}: {text[at : at + 20]}")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


def _value(kind: str, text: str) -> Any:
    inner = text.partition("'")[2].rstrip("'") if kind != "string" and "'" in text else text
    if kind == "string":
        return text[1:-1].replace("''", "'")
    if kind == "number":
        return Decimal(text.rstrip("mMlLdDfF"))
    if kind == "guid":
        return UUID(inner)
    if kind == "datetime":
        return datetime.fromisoformat(inner)
    if kind == "datetimeoffset":
        return datetime.fromisoformat(inner).astimezone(UTC).replace(tzinfo=None)
    if kind == "date":
        return date.fromisoformat(inner)
    if kind == "time" and (duration := DURATION.fullmatch(inner)):
        hours, minutes, seconds = (int(part or 0) for part in duration.groups())
        return time(hours, minutes, seconds)
    return time.fromisoformat(inner) if kind == "time" else text
