"""What may be kept of a record: pseudonyms, years, ZIP3. Runs before anything is written.

Belongs here: the rules of `minimise` in contracts, on Arrow columns. Not here: which column has which rule.
"""

import hmac
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts import Column, ObjectContract

PSEUDONYM_BYTES = 16
# One number that systems write in several ways: 12-3456789, 123456789. As the number goes in, so it joins.
WRITTEN_IN_SEVERAL_WAYS = ("tax_id",)


class Minimiser:
    """Minimises the columns of one source instance with one key.

    A pseudonym is HMAC-SHA256(key, domain | assigner | value), first 16 bytes as hex: it joins within its domain and
    key, and cannot be made again, or enumerated, without the key.
    """

    def __init__(self, key: bytes | None, assigner: str):
        self._key, self._assigner = key, assigner

    def table(self, obj: ObjectContract, table: pa.Table) -> pa.Table:
        columns = {}
        for column in obj.landed_columns:
            if column.name in table.column_names:
                columns[column.name] = self.column(column, table[column.name].combine_chunks())
            if column.name in columns and column.minimise.rule == "where":
                columns[column.name] = _where(column, columns[column.name], table)
        return pa.table(columns) if columns else table

    def column(self, column: Column, values: pa.Array) -> pa.Array:
        """The values that may be written. Raises ValueError when a pseudonym is due and there is no key."""
        rule = column.minimise.rule
        if rule == "pseudonym":
            return self._pseudonyms(column, values)
        if rule == "year":
            return pc.year(values).cast(pa.int64())
        if rule == "zip3":
            return pc.utf8_slice_codeunits(values, 0, 3)
        return values

    def pseudonym(self, domain: str, value: str, is_network_wide: bool = False) -> str:
        """The pseudonym of one value."""
        if self._key is None:
            raise ValueError("no pseudonym key")
        if domain in WRITTEN_IN_SEVERAL_WAYS:
            value = "".join(filter(str.isalnum, value)).upper()
        assigner = "" if is_network_wide else self._assigner
        message = "\x1f".join((domain, assigner, value)).encode()
        return hmac.new(self._key, message, sha256).digest()[:PSEUDONYM_BYTES].hex()

    def _pseudonyms(self, column: Column, values: pa.Array) -> pa.Array:
        """Each distinct value is hashed once. Empty text identifies nothing: all who have none would share a pseudonym."""
        encoded = values.cast(pa.string()).dictionary_encode()
        domain, is_network_wide = column.minimise.domain or "", column.minimise.is_network_wide
        distinct = [
            self.pseudonym(domain, value, is_network_wide) if value else None
            for value in encoded.dictionary.to_pylist()
        ]
        return pa.array(distinct, pa.string()).take(encoded.indices)


def _where(column: Column, values: pa.Array, table: pa.Table) -> pa.Array:
    """What another column's value lets be kept; nothing of a record that could not be asked."""
    name, value = column.minimise.condition
    if name not in table.column_names:
        return pa.nulls(len(values), values.type)
    return pc.if_else(pc.equal(table[name].combine_chunks(), value), values, None)
