"""Item masters of our own families, as four systems keep them: with other habits, and with the faults of real masters.

A master of more items has more makers, more kinds of products and more drugs, not more brands of the same few: each maker has
one to eight brands of what it makes, which look alike to the last word but the brand, where that is not left out.
Belongs here: drawing items and records, and spoiling them at known rates. Not here: the families (families.py), figures
(items.py). One seed makes one master.
"""

from collections.abc import Iterator
from itertools import count, islice, product, repeat
from random import Random
from typing import Any, NamedTuple

from bench.mastering.families import FAMILIES, Family
from mastering.identifiers import check_digit

# Shares of records: what is missing, what is somebody else's, what is spoilt.
NO_PART_NUMBER = {"catalogue": 0.02, "erp": 0.07, "saas": 0.15, "ehr": 0.35}
NO_GTIN = {"catalogue": 0.15, "erp": 0.6, "saas": 0.35, "ehr": 0.5}
OWN_NUMBER, NO_MAKER, DISTRIBUTOR_FOR_MAKER, TYPO, NEIGHBOURS_NUMBER, BAD_CHECK_DIGIT = (
    0.06,
    0.06,
    0.02,
    0.04,
    0.002,
    0.01,
)
SECOND_RECORD, CUT = 0.06, 0.08
SYLLABLES = (
    "va",
    "le",
    "dor",
    "mi",
    "ka",
    "ten",
    "so",
    "ri",
    "pol",
    "ex",
    "qui",
    "bra",
    "nu",
    "fel",
    "gos",
    "zi",
    "am",
    "ur",
    "hep",
    "lo",
)
# So many brands has each maker of the first, the second ... round of makers, and again from the first on.
BRANDS = (3, 1, 2, 8, 1, 4)
# What a product of later makers is for; "" is the family's own.
FIELDS = (
    "",
    "",
    "Renal",
    "Hepatic",
    "Thoracic",
    "Vascular",
    "Ophthalmic",
    "Cranial",
    "Pelvic",
    "Biliary",
    "Gastric",
    "Neuro",
)
TRADES = ("MEDICAL", "SURGICAL", "DEVICES", "HEALTHCARE", "LABORATORIES", "TECHNOLOGIES")
FIRST_CORE = 85_00000_00000
SHARE_OF_ITEMS = {"catalogue": 0.8, "erp": 0.9, "saas": 0.6, "ehr": 0.6}
OTHER_NAMES = {
    "BECTON DICKINSON": ("BD", "B-D", "BECTON, DICKINSON AND COMPANY"),
    "SMITH & NEPHEW": ("SMITH AND NEPHEW INC", "SMITH NEPHEW"),
    "B BRAUN MEDICAL": ("B. BRAUN", "BBRAUN MEDICAL INC"),
    "COVIDIEN": ("MEDTRONIC/COVIDIEN", "TYCO HEALTHCARE"),
    "ETHICON": ("ETHICON US LLC", "J&J ETHICON"),
    "ZIMMER BIOMET": ("ZIMMER INC", "BIOMET"),
    "STRYKER": ("STRYKER CORP", "STRYKER SALES LLC"),
    "HOSPIRA": ("HOSPIRA INC", "HOSPIRA, A PFIZER COMPANY"),
    "CARDINAL HEALTH": ("CARDINAL HEALTH 200 LLC", "CARDINAL HLTH"),
    "MEDLINE INDUSTRIES": ("MEDLINE", "MEDLINE IND INC"),
    "TELEFLEX": ("TELEFLEX MEDICAL", "ARROW INTERNATIONAL"),
}
DISTRIBUTORS = ("OWENS & MINOR", "MCKESSON MEDICAL-SURGICAL", "HENRY SCHEIN INC")


class Item(NamedTuple):
    family: Family
    brand: str
    maker: str
    values: dict[str, str]
    part_number: str
    core: str
    ndc: str | None


class Drawn(NamedTuple):
    """Rows for items.tables(), and by record key the item's number and its true attributes."""

    records: list[dict[str, Any]]
    identifiers: list[dict[str, Any]]
    packs: list[dict[str, Any]]
    item_of: dict[str, str]
    attributes_of: dict[str, str]


def draw(items: int, seed: int) -> Drawn:
    """So many items (where the families run out, other makers' of other kinds) and about three records of each."""
    random = Random(seed)
    drawn = Drawn([], [], [], {}, {})
    made = list(islice(_items(random), items))
    for number, item in enumerate(made):
        neighbour = made[number - 1]
        for source, share in SHARE_OF_ITEMS.items():
            for _ in range((random.random() < share) + (random.random() < share * SECOND_RECORD)):
                _add(drawn, random, source, number, item, neighbour)
    return drawn


def _items(random: Random) -> Iterator[Item]:
    number = 0
    for generation, makers in enumerate(_rounds()):
        for family in FAMILIES:
            kind = _of_field(family, makers)
            for brand, maker in family.lines:
                stem = f"{brand[:2].upper()}{random.randrange(10, 100)}"
                for values in product(*family.varies.values()):
                    number += 1
                    said = dict(zip(family.varies, values, strict=True))
                    if makers and family.is_drug:
                        said["drug"] = _invented(f"{said['drug']} {generation}")
                    ndc = (
                        f"{random.randrange(1, 10**5):05}-{random.randrange(1, 10**4):04}-{random.randrange(1, 100):02}"
                    )
                    yield Item(
                        kind,
                        _invented(f"{brand} {generation}") if generation else brand,
                        _of_round(maker, makers),
                        said,
                        _part_number(random, stem, number),
                        f"{FIRST_CORE + number:012}",
                        ndc if family.is_drug else None,
                    )


def _rounds() -> Iterator[int]:
    """By generation of brands the round of makers who have it."""
    for makers in count():
        yield from repeat(makers, BRANDS[makers % len(BRANDS)])


def _of_field(family: Family, makers: int) -> Family:
    """What makers of a later round make of a family: for a field of medicine, which houses cut short as they do the rest."""
    field = Random(f"{family.name} {makers}").choice(FIELDS) if makers and not family.is_drug else ""
    if not field:
        return family
    noun, rest = family.short.split(" ", 1)
    return family._replace(
        full=family.full.replace("{brand}", f"{{brand}} {field}"), short=f"{noun} {field[:4].upper()} {rest}"
    )


def _of_round(maker: str, makers: int) -> str:
    """A maker of a later round: makes what another of the first round makes."""
    if not makers:
        return maker
    name = f"{maker} {makers}"
    return f"{_invented(name).upper()} {Random(name).choice(TRADES)}"


def _invented(name: str) -> str:
    """Another name in its place, always the same: of a maker, of one of its brands (short descriptions that leave the brand
    out are of any of them), of a drug."""
    random = Random(name)
    return "".join(random.choice(SYLLABLES) for _ in range(4)).capitalize()


def _part_number(random: Random, stem: str, number: int) -> str:
    form = random.randrange(3)
    return (f"{stem}-{number:05}", f"{number + 20000:06}", f"{stem}{number % 10000:04}.{number // 10000:02}")[form]


def _add(drawn: Drawn, random: Random, source: str, number: int, item: Item, neighbour: Item) -> None:
    key = f"{len(drawn.records) + 1:07}"
    place = {"source_system": source, "source_instance": "1", "source_item_key": key}
    packs = item.family.packs
    unit, quantity = packs[0] if source == "ehr" else random.choice(packs)
    part_number: str | None = _written(random, item.part_number)
    if random.random() < NO_PART_NUMBER[source]:
        part_number = None
    elif source == "erp" and random.random() < OWN_NUMBER:
        part_number = str(random.randrange(10**5, 10**6))
    elif random.random() < NEIGHBOURS_NUMBER:
        part_number = neighbour.part_number
    drawn.records.append(
        place
        | {
            "description": _described(random, source, item, unit, quantity),
            "manufacturer_name": _maker(random, item.maker),
            "manufacturer_part_number": part_number,
            "unit_code": unit,
            "is_implant": item.family.is_implant if source == "erp" else None,
            "ndc": item.ndc if item.ndc and random.random() < 0.6 else None,
        }
    )
    if random.random() >= NO_GTIN[source]:
        core = neighbour.core if random.random() < NEIGHBOURS_NUMBER else item.core
        drawn.identifiers.append(place | {"value": _gtin(random, core, packs.index((unit, quantity))), "id_type": None})
    drawn.packs.append(place | {"unit_code": unit, "qty_num": quantity, "qty_den": 1})
    record_key = f"{source}|1|{key}"
    drawn.item_of[record_key] = str(number)
    drawn.attributes_of[record_key] = f"{item.family.name} {item.brand} {sorted(item.values.items())}"


def _described(random: Random, source: str, item: Item, unit: str, quantity: int) -> str:
    is_short = {"catalogue": 0.0, "erp": 0.7, "saas": 0.3, "ehr": 0.2}[source] > random.random()
    words = {"": ""} | (item.family.short_values if is_short else {})
    values = {name: words.get(value, value) for name, value in item.values.items()}
    text = (item.family.short if is_short else item.family.full).format(brand=item.brand, **values)
    if is_short or random.random() < 0.2:
        text = text.upper()
    if random.random() < TYPO:
        place = random.randrange(len(text) - 1)
        text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if quantity > 1 and random.random() < 0.4:
        text += f", {quantity}/{unit}"
    return text[:30] if source == "erp" and random.random() < CUT else text


def _maker(random: Random, maker: str) -> str | None:
    chance = random.random()
    if chance < NO_MAKER:
        return None
    if chance < NO_MAKER + DISTRIBUTOR_FOR_MAKER:
        return random.choice(DISTRIBUTORS)
    return random.choice((maker, *OTHER_NAMES.get(maker, (f"{maker} INC",))))


def _written(random: Random, number: str) -> str:
    form = random.randrange(8)
    plain = number.replace("-", "").replace(".", "")
    return {0: plain, 1: number.lower(), 2: f"0{number}", 3: f"#{number}", 4: f"{number} "}.get(form, number)


def _gtin(random: Random, core: str, level: int) -> str:
    digits = f"{level}{core}"
    gtin = digits + check_digit(digits)
    if random.random() < BAD_CHECK_DIGIT:
        return digits + str((int(gtin[-1]) + 1) % 10)
    form = random.randrange(10)
    return {
        0: gtin.lstrip("0"),
        1: f"{gtin}.0",
        2: f"(01){gtin}(17)280815(10)L{random.randrange(10**5)}",
        3: f"{float(gtin):.5E}",
    }.get(form, gtin)
