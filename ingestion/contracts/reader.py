"""Reads `<system>.odcs.yaml`: validated by the standard's own JSON schema, our custom properties typed by us.

Belongs here: YAML, its line numbers, and the translation into model.py. Not here: what may be combined with what.
"""

import json
import re
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject, SchemaProperty
from pydantic import TypeAdapter, ValidationError

from ingestion.contracts.model import (
    Column,
    Contract,
    ContractError,
    Minimise,
    ObjectContract,
    Reread,
    Sequence,
    VersionOrder,
)
from ingestion.contracts.refusals import refuse_impossible

CONTRACTS = Path(__file__).parent
OBJECT_PROPERTIES = {
    "sourceObject", "disposition", "cursor", "lag", "version", "floor", "deletes", "parent", "rowsAt", "notTaken",
    "owner", "rereadWhile", "sequence",
}  # fmt: skip
COLUMN_PROPERTIES = {"source", "encoding", "minimise"}
VERSION_PROPERTIES = {"versionNo", "changedAt", "occurredAt", "asRead"}
# libyaml's loader where PyYAML has it: a contract has thousands of nodes.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)", re.IGNORECASE)
SLA_UNITS = {"min": "minutes", "h": "hours", "d": "days"}

Path_ = tuple[str | int, ...]


@cache
def load_contract(system: str, folder: Path = CONTRACTS) -> Contract:
    """The contract of a system. Raises ContractError, with file and line, for anything that cannot be right."""
    path = folder / f"{system}.odcs.yaml"
    if not path.exists():
        raise ContractError(f"{path.name}:1: no such contract; known: {', '.join(known_systems(folder)) or 'none'}")
    return read_contract(system, path.read_text(encoding="utf-8"), path.name)


def known_systems(folder: Path = CONTRACTS) -> list[str]:
    return sorted(path.name.removesuffix(".odcs.yaml") for path in folder.glob("*.odcs.yaml"))


def read_contract(system: str, text: str, file: str) -> Contract:
    """A contract from its text; `file` is only for messages."""
    return _Reader(system, text, file).contract()


class _Reader:
    def __init__(self, system: str, text: str, file: str):
        self.system, self.file = system, file
        try:
            node = yaml.compose(text, Loader=LOADER)
            self.lines = _line_numbers(node)
            self.document = LOADER("").construct_document(node)
        except yaml.YAMLError as error:
            line = error.problem_mark.line + 1 if getattr(error, "problem_mark", None) else 1  # type: ignore[attr-defined]
            raise ContractError(f"{file}:{line}: not valid YAML: {getattr(error, 'problem', error)}") from error

    def contract(self) -> Contract:
        self._validate_against_the_standard()
        standard = OpenDataContractStandard.model_validate(self.document)
        if standard.status not in ("active", "draft", "deprecated"):
            raise self._error(("status",), "status is one of draft, active, deprecated")
        if not re.fullmatch(r"\d{1,4}\.\d{1,4}\.\d{1,4}", standard.version or ""):
            raise self._error(("version",), f"version {standard.version!r} is not major.minor.patch")
        if not standard.schema_:
            raise self._error(("schema",), "no objects")
        owner = getattr(standard.team, "name", None)
        if not owner:
            raise self._error(("team",), "no owner: `team: {name: ...}`")
        contract = Contract(
            system=self.system,
            name=standard.name or self.system,
            version=standard.version or "",
            owner=owner,
            description=(standard.description.purpose if standard.description else "") or "",
            not_taken=tuple(
                self._typed(
                    (), list[str], self._custom((), standard.customProperties, {"notTaken"}).get("notTaken", [])
                )
            ),
            objects=tuple(self._object(index, obj, owner) for index, obj in enumerate(standard.schema_)),
            file=self.file,
        )
        self._check_sla_elements(contract)
        refuse_impossible(contract)
        return contract

    def _refuse_unknown_keys(self) -> None:
        """What the standard's schema says of a misspelt key helps nobody: it is looked for first."""
        document = self.document if isinstance(self.document, dict) else {}
        for index, obj in enumerate(document.get("schema") or []):
            places: list[tuple[Path_, Any, type[SchemaObject | SchemaProperty]]] = [
                (("schema", index), obj, SchemaObject)
            ]
            columns = (obj.get("properties") if isinstance(obj, dict) else None) or []
            places += [
                (("schema", index, "properties", at), column, SchemaProperty) for at, column in enumerate(columns)
            ]
            for where, mapping, model in places:
                known = {field.alias or name for name, field in model.model_fields.items()}
                for key in set(mapping if isinstance(mapping, dict) else ()) - known:
                    near = get_close_matches(key, known, 1)
                    hint = f"; did you mean {near[0]}?" if near else ""
                    raise self._error((*where, key), f"unknown key{hint}")

    def _validate_against_the_standard(self) -> None:
        self._refuse_unknown_keys()
        # The package's pydantic model lets unknown keys and wrong enum values pass; its JSON schema does not.
        for error in _standard_schema().iter_errors(self.document):
            raise self._error(tuple(error.instance_path), error.message.splitlines()[0][:300])

    def _object(self, index: int, obj: SchemaObject, owner: str) -> ObjectContract:
        where: Path_ = ("schema", index)
        custom = self._custom(where, obj.customProperties, OBJECT_PROPERTIES)
        version = self._typed(where, dict[str, bool | str | list[str]], custom.get("version", {}))
        if set(version) - VERSION_PROPERTIES:
            raise self._error(where, f"version takes {', '.join(sorted(VERSION_PROPERTIES))}")
        changed_at = version.get("changedAt", [])
        lag = custom.get("lag")
        volume = [check for check in obj.quality or [] if check.metric == "rowCount"]
        return ObjectContract(
            name=obj.name or "",
            description=" ".join((obj.description or "").split()),
            source_object=str(custom.get("sourceObject", obj.name)),
            owner=custom.get("owner", owner),
            columns=tuple(
                self._column((*where, "properties", position), column)
                for position, column in enumerate(obj.properties or [])
            ),
            disposition=self._one_of(where, custom, "disposition", ("document", "posting", "snapshot"), "document"),
            cursor=self._typed(where, str | None, custom.get("cursor")),
            lag=self._typed(where, timedelta, lag) if lag is not None else None,
            version=VersionOrder(
                version_no=version.get("versionNo"),  # type: ignore[arg-type]
                changed_at=tuple([changed_at] if isinstance(changed_at, str) else changed_at),
                occurred_at=version.get("occurredAt"),  # type: ignore[arg-type]
            ),
            is_dated_by_read=self._typed(where, bool, version.get("asRead", False)),
            reread=self._reread(where, custom.get("rereadWhile")),
            sequence=self._sequence(where, custom.get("sequence")),
            floor=self._typed(where, float | None, custom.get("floor")),
            deletes=self._one_of(where, custom, "deletes", ("none", "reconcile", "tombstone"), "none"),
            parent=custom.get("parent"),
            rows_at=custom.get("rowsAt"),
            not_taken=tuple(self._typed(where, list[str], custom.get("notTaken", []))),
            freshness=self._freshness(obj.name or ""),
            minimum_rows=int(volume[0].mustBeGreaterOrEqualTo or 0) if volume else 0,
            line=self._line(where),
        )

    def _column(self, where: Path_, column: SchemaProperty) -> Column:
        custom = self._custom(where, column.customProperties, COLUMN_PROPERTIES)
        options = column.logicalTypeOptions or {}
        rule, domain, scope = (*str(custom.get("minimise", "keep")).split(":"), "", "")[:3]
        if scope not in ("", "network"):
            raise self._error(where, f"minimise: scope {scope!r} is not `network` (pseudonym:<domain>:network)")
        if rule not in ("keep", "drop", "pseudonym", "year", "zip3", "where"):
            known = "keep, drop, pseudonym:<domain>, year, zip3, where:<column>=<value>"
            raise self._error(where, f"minimise {rule!r} is none of {known}")
        logical_type = column.logicalType or "string"
        if logical_type not in ("string", "integer", "number", "boolean", "date", "timestamp"):
            raise self._error(where, f"logicalType {logical_type!r} cannot be a landed column: flatten it")
        if column.primaryKey and (column.primaryKeyPosition or 0) < 1:
            raise self._error(where, "a primary key column says its primaryKeyPosition (from 1)")
        checks = {check.metric: check for check in column.quality or []}
        invalid, nulls = checks.get("invalidValues"), checks.get("nullValues")
        arguments = (invalid.arguments if invalid else None) or {}
        precision, scale = self._decimal(where, column.physicalType)
        return Column(
            name=column.name or "",
            description=" ".join((column.description or "").split()),
            logical_type=logical_type,  # type: ignore[arg-type]
            path=str(custom.get("source", column.name)),
            encoding=custom.get("encoding", "iso"),
            precision=precision,
            scale=scale,
            required=bool(column.primaryKey if column.required is None else column.required),
            key_position=column.primaryKeyPosition if column.primaryKey else None,
            classification=column.classification or "internal",
            minimise=Minimise(rule, domain or None, scope == "network"),  # type: ignore[arg-type]
            valid_values=tuple(map(str, arguments.get("validValues", []))),
            pattern=options.get("pattern") or arguments.get("pattern"),
            minimum=options.get("minimum"),
            maximum=options.get("maximum"),
            max_null_percent=float(nulls.mustBeLessThan) if nulls and nulls.mustBeLessThan is not None else None,
            line=self._line(where),
        )

    def _reread(self, where: Path_, value: Any) -> Reread | None:
        if value is None:
            return None
        given = self._typed(where, dict[str, str | list[str]], value)
        lists = given.keys() & {"in", "notIn"}
        if given.keys() - {"column", "in", "notIn"} or "column" not in given or len(lists) != 1:
            raise self._error(where, "rereadWhile takes a column and either `in` or `notIn`")
        is_in = lists == {"in"}
        values = self._typed(where, list[str], given["in" if is_in else "notIn"])
        return Reread(self._typed(where, str, given["column"]), tuple(values), is_in)

    def _sequence(self, where: Path_, value: Any) -> Sequence | None:
        if value is None:
            return None
        given = self._typed(where, dict[str, str], value)
        if given.keys() != {"scope", "number"}:
            raise self._error(where, "sequence takes scope and number")
        return Sequence(given["scope"], given["number"])

    def _custom(self, where: Path_, properties: list[Any] | None, known: set[str]) -> dict[str, Any]:
        values = {item.property: item.value for item in properties or []}
        unknown = set(values) - known
        if unknown:
            raise self._error(
                where, f"unknown custom property {sorted(unknown)[0]!r}; known: {', '.join(sorted(known))}"
            )
        return values

    def _decimal(self, where: Path_, physical_type: str | None) -> tuple[int, int]:
        """Precision and scale: the standard has no place for them but `physicalType`."""
        if physical_type is None:
            return 18, 6
        match = DECIMAL.fullmatch(physical_type)
        if match is None:
            raise self._error(where, f"physicalType {physical_type!r}: only DECIMAL(precision,scale) is read")
        return int(match[1]), int(match[2])

    def _one_of(self, where: Path_, custom: dict[str, Any], name: str, choices: tuple[str, ...], default: str) -> Any:
        value = custom.get(name, default)
        if value not in choices:
            raise self._error(where, f"{name} {value!r} is none of {', '.join(choices)}")
        return value

    def _typed(self, where: Path_, kind: Any, value: Any) -> Any:
        try:
            return TypeAdapter(kind).validate_python(value)
        except ValidationError as error:
            raise self._error(where, f"{value!r}: {error.errors()[0]['msg']}") from error

    def _freshness(self, name: str) -> timedelta | None:
        """The SLA named `freshness` of an object, else the one without an element, which holds for all."""
        found: timedelta | None = None
        for index, sla in enumerate(self.document.get("slaProperties") or []):
            if sla.get("property") != "freshness":
                continue
            elements = [element.strip() for element in str(sla.get("element", "")).split(",") if element.strip()]
            if name in elements or (not elements and found is None):
                unit = SLA_UNITS.get(str(sla.get("unit")))
                if unit is None:
                    raise self._error(("slaProperties", index), f"unit is one of {', '.join(SLA_UNITS)}")
                found = timedelta(**{unit: float(sla["value"])})
        return found

    def _check_sla_elements(self, contract: Contract) -> None:
        for index, sla in enumerate(self.document.get("slaProperties") or []):
            for element in str(sla.get("element", "")).split(","):
                if element.strip() and element.strip() not in contract.by_name:
                    raise self._error(("slaProperties", index), f"element {element.strip()!r} is no object")

    def _line(self, where: Path_) -> int:
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def _error(self, where: Path_, message: str) -> ContractError:
        named = ".".join(str(self._name_of(where[: depth + 1])) for depth in range(len(where)))
        return ContractError(f"{self.file}:{self._line(where)}: {named}: {message}")

    def _name_of(self, where: Path_) -> str | int:
        """List positions are no help to a reader: the element's own name is."""
        value: Any = self.document
        for part in where:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return where[-1]
        return (
            value["name"] if isinstance(where[-1], int) and isinstance(value, dict) and "name" in value else where[-1]
        )


@cache
def _standard_schema() -> jsonschema_rs.Validator:
    text = files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(text))


def _line_numbers(node: yaml.Node | None, where: Path_ = ()) -> dict[Path_, int]:
    """Path in the document to its 1-based line."""
    if node is None:
        return {}
    lines = {where: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines |= _line_numbers(value, (*where, key.value))
            lines[(*where, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines |= _line_numbers(value, (*where, index))
    return lines
