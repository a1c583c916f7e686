"""The `q` and `orderBy` parameters: what a client writes, as SQL over a resource's columns with bound values.

Belongs here: tokens, the grammar, and which literal may meet which attribute. Not here: the other parameters.
Conditions are joined by `;` (framework version 1) or by `and` and `or` (version 2): both are understood in either.
A null meets no comparison, not even !=, as in the database below.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from simulator.serve.oracle.model import Attribute, Resource
from simulator.serve.oracle.refusals import malformed

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<comparison><=|>=|!=|<>|=|<|>)|(?P<mark>[(),;])|(?P<word>[^\s'(),;<>=!]+))"
)
MOST_NESTED = 50  # Parentheses in one query; the real one has a limit of its own.

Token = tuple[str, str]


class Condition(NamedTuple):
    """SQL, with the values of its question marks."""

    sql: str
    values: tuple[Any, ...] = ()


def read_query(text: str, resource: Resource) -> Condition:
    """The condition of a `q`. Raises RefusalError 400 that names what is wrong."""
    return _Reader(text, resource).whole()


def read_order(text: str, resource: Resource) -> str:
    """`Attribute:desc,Attribute` as the list of an ORDER BY. Raises RefusalError 400."""
    parts = []
    for part in text.split(","):
        name, _, direction = part.strip().partition(":")
        if direction.lower() not in ("", "asc", "desc"):
            raise malformed(f"orderBy: {direction} is no direction; write {name}:asc or {name}:desc.")
        parts.append(f'"{attribute_of(resource, name, "orderBy").name}" {direction or "asc"}')
    return ", ".join(parts)


def attribute_of(resource: Resource, name: str, where: str) -> Attribute:
    if name not in resource.by_name:
        raise malformed(f"{where}: {name} is no attribute of {resource.name}.")
    return resource.by_name[name]


def literal(attribute: Attribute, text: str) -> Any:
    """A literal as a value of the attribute's type. Raises RefusalError 400."""
    try:
        if attribute.kind == "Integer":
            return int(text)
        if attribute.kind == "Number":
            return Decimal(text)
        if attribute.kind == "Boolean":
            return {"true": True, "false": False}[text.lower()]
        if attribute.kind == "Date":
            return date.fromisoformat(text)
        if attribute.kind == "DateTime":
            moment = datetime.fromisoformat(text)
            return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, KeyError, InvalidOperation) as error:
        raise malformed(f"q: '{text}' is no {attribute.kind}, which {attribute.name} is.") from error
    return text


class _Reader:
    """A recursive descent: `;` binds weakest, then or, then and, then one comparison."""

    def __init__(self, text: str, resource: Resource) -> None:
        self.resource, self.tokens, at = resource, list[Token](), 0
        text = text.strip()
        while at < len(text):
            match = TOKEN.match(text, at)
            if not match or not match.lastgroup:
                raise malformed(f"q: {text[at:]!r} cannot be read; a text stands in single quotes, doubled within it.")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
        if self.tokens.count(("mark", "(")) > MOST_NESTED:
            raise malformed("q: it is nested too deeply.")

    def take(self) -> Token:
        if not self.tokens:
            raise malformed("q: it ends too early.")
        return self.tokens.pop(0)

    def takes(self, *words: str) -> bool:
        """Whether the next tokens are these; if so they are taken."""
        if [text.lower() for _, text in self.tokens[: len(words)]] != list(words):
            return False
        del self.tokens[: len(words)]
        return True

    def whole(self) -> Condition:
        parts = [self.either()]
        while self.takes(";"):
            # A query may end with its separator.
            if self.tokens:
                parts.append(self.either())
        if self.tokens:
            raise malformed(f"q: {self.tokens[0][1]} is not expected here.")
        return _joined("AND", parts)

    def either(self) -> Condition:
        parts = [self.both()]
        while self.takes("or"):
            parts.append(self.both())
        return _joined("OR", parts)

    def both(self) -> Condition:
        parts = [self.single()]
        while self.takes("and"):
            parts.append(self.single())
        return _joined("AND", parts)

    def single(self) -> Condition:
        if self.takes("("):
            inner = self.either()
            self.expect(")")
            return inner
        attribute = attribute_of(self.resource, self.take()[1], "q")
        column = f'"{attribute.name}"'
        if self.takes("is", "not", "null"):
            return Condition(f"{column} IS NOT NULL")
        if self.takes("is", "null"):
            return Condition(f"{column} IS NULL")
        negated = "NOT " if self.takes("not") else ""
        if self.takes("like"):
            if attribute.kind != "String":
                raise malformed(f"q: like compares text, and {attribute.name} is {attribute.kind}.")
            return Condition(f"{column} {negated}LIKE ?", (self.value(attribute).replace("*", "%"),))
        if self.takes("in"):
            values = self.values(attribute)
            return Condition(f"{column} {negated}IN ({', '.join('?' * len(values))})", tuple(values))
        if self.takes("between"):
            first = self.value(attribute)
            self.expect("and")
            return Condition(f"{column} {negated}BETWEEN ? AND ?", (first, self.value(attribute)))
        kind, comparison = self.take()
        if kind != "comparison" or negated:
            raise malformed(f"q: a comparison is expected after {attribute.name}, not {comparison}.")
        return Condition(f"{column} {comparison} ?", (self.value(attribute),))

    def expect(self, text: str) -> None:
        if not self.takes(text):
            raise malformed(f"q: {text} is expected, not {self.take()[1]}.")

    def values(self, attribute: Attribute) -> list[Any]:
        self.expect("(")
        values = [self.value(attribute)]
        while self.takes(","):
            values.append(self.value(attribute))
        self.expect(")")
        return values

    def value(self, attribute: Attribute) -> Any:
        kind, text = self.take()
        if kind not in ("text", "word"):
            raise malformed(f"q: a value is expected for {attribute.name}, not {text}.")
        return literal(attribute, text[1:-1].replace("''", "'") if kind == "text" else text)


def _joined(word: str, parts: list[Condition]) -> Condition:
    sql = f" {word} ".join(f"({part.sql})" for part in parts)
    return Condition(sql, tuple(value for part in parts for value in part.values))
