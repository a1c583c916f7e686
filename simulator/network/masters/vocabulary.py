"""The words of a hospital's item file: kinds of products by class, and what each kind varies in.

Belongs here: words. Not here: which item is what (descriptions.py), how a catalogue abbreviates (habits.py). Everything is
common English or invented; codes have the shape of UNSPSC's and follow no published list.
"""

from typing import NamedTuple

STERILE, NON_STERILE = "Sterile", "Non-sterile"
# What a kind may be: never said, always sterile, or sold both ways.
UNSAID, ALWAYS, EITHER = (), (STERILE,), (STERILE, NON_STERILE)
NO_SIDE, SIDED = (), ("Left", "Right")


class Kind(NamedTuple):
    """One kind of product; each tuple holds what an item of it may be, and an empty one is never said."""

    item_class: str
    segment: str
    noun: str
    qualifiers: tuple[str, ...]
    materials: tuple[str, ...]
    sizes: tuple[str, ...]
    sterility: tuple[str, ...] = UNSAID
    sides: tuple[str, ...] = NO_SIDE
    strengths: tuple[str, ...] = ()


def _each(values: str, unit: str) -> tuple[str, ...]:
    return tuple(f"{value} {unit}" for value in values.split())


def _by(first: str, second: str, unit: str) -> tuple[str, ...]:
    return tuple(f"{one} x {other} {unit}" for one in first.split() for other in second.split())


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


def _drugs(
    noun: str, strengths: dict[str, str], sizes: tuple[str, ...], sterility: tuple[str, ...]
) -> tuple[Kind, ...]:
    return tuple(
        Kind("Drug", "51", noun, (name,), (), sizes, sterility, NO_SIDE, _each(milligrams, "mg"))
        for name, milligrams in strengths.items()
    )


BODY = _words("X-Small, Small, Medium, Large, X-Large, XX-Large")
HALF_SIZES = tuple(f"Size {size}" for size in ("5.5", "6", "6.5", "7", "7.5", "8", "8.5", "9"))
NUMBERS = tuple(f"Size {size}" for size in range(1, 13))
FRENCH, FINE_FRENCH = _each("8 10 12 14 16 18 20 22 24", "Fr"), _each("4 5 6 7 8", "Fr")
GAUGE, NEEDLE = _each("14 16 18 20 22 24", "G"), _by("18G 20G 21G 22G 23G 25G 27G", "0.5 1 1.5 2", "in")
SUTURES = tuple(f"{size} {length} in" for size in ("0", "2-0", "3-0", "4-0", "5-0", "6-0") for length in (18, 27, 36))
SQUARES = _by("2 4 6 8", "2 4 6 8 10", "in")
SCREWS, LONG_SCREWS = (
    _by("2.4 2.7 3.5 4.0 4.5", "10 12 14 16 18 20 24 28 32 36 40", "mm"),
    _by("4.5 5.5 6.5 7.5 8.5", "25 30 35 40 45 50 55", "mm"),
)
PLATES = tuple(f"{holes} hole {length} mm" for holes in (4, 5, 6, 8, 10, 12) for length in (60, 80, 100, 120))
VOLUMES, SYRINGES = _each("50 100 250 500 1000", "mL"), _each("1 3 5 10 20 30 60", "mL")
WIRE_LENGTHS = tuple(f"{wide} in x {long} cm" for wide in ("0.014", "0.018", "0.035") for long in (145, 180, 260, 300))
# What is sold at which strengths.
TABLETS = {
    "acetaminophen": "325 500 650", "metoprolol": "25 50 100", "lisinopril": "2.5 5 10 20 40", "furosemide": "20 40 80",
    "warfarin": "1 2 2.5 3 4 5", "prednisone": "1 5 10 20 50", "amlodipine": "2.5 5 10", "atorvastatin": "10 20 40 80",
}  # fmt: skip
CAPSULES = {"gabapentin": "100 300 400", "doxycycline": "50 100", "omeprazole": "10 20 40", "cephalexin": "250 500"}
VIALS = {
    "cefazolin": "500 1000 2000", "vancomycin": "500 750 1000", "ketorolac": "15 30 60", "ondansetron": "2 4 8",
    "midazolam": "1 2 5", "rocuronium": "50 100", "dexamethasone": "4 10 20", "labetalol": "20 100", "propofol": "200 500",
}  # fmt: skip
PREFILLED = {"enoxaparin prefilled": "30 40 60 80 100", "morphine prefilled": "2 4 8 10", "atropine prefilled": "0.5 1"}
TUBES = _each("2 3 4 5 6 8.5 10", "mL")
DRESSINGS = _by("5 7.5 10 15 20", "5 7.5 10 15 20", "cm")
SHEETS = _by("60 90 120 150", "80 100 150 200", "cm")

KINDS = (
    Kind("Medical supply", "42", "Glove", _words("exam, exam powder-free, chemotherapy exam"),
         _words("nitrile, vinyl, latex"), BODY, EITHER),
    Kind("Medical supply", "42", "Syringe", _words("luer lock, luer slip, oral, catheter tip"), (), SYRINGES, EITHER),
    Kind("Medical supply", "42", "Needle", _words("hypodermic, blunt fill, safety hypodermic"), (), NEEDLE, ALWAYS),
    Kind("Medical supply", "42", "Catheter", _words("Foley 2-way, Foley 3-way, intermittent"),
         _words("silicone, latex, PVC"), FRENCH, ALWAYS),
    Kind("Medical supply", "42", "Catheter", _words("intravenous, intravenous safety"), _words("polyurethane, PTFE"),
         GAUGE, ALWAYS),
    Kind("Medical supply", "42", "Set", _words("infusion primary, infusion secondary, blood, extension"), (),
         _each("60 150 210 250 300", "cm"), ALWAYS),
    Kind("Medical supply", "42", "Bag", _words("urinary drainage, urinary leg, ostomy 1-piece"),
         _words("vinyl, PVC"), _each("500 750 1000 2000", "mL"), EITHER),
    Kind("Medical supply", "42", "Gown", _words("isolation, patient, impervious"), _words("polypropylene, SMS"),
         BODY, EITHER),
    Kind("Medical supply", "42", "Brace", _words("wrist, ankle, knee hinged"), _words("neoprene, elastic"), BODY,
         UNSAID, SIDED),
    Kind("Surgical supply", "42", "Drape", _words("laparotomy, extremity, three-quarter, cardiovascular"),
         _words("SMS, polyethylene"), SHEETS, EITHER),
    Kind("Surgical supply", "42", "Glove", _words("surgical, surgical powder-free, surgical under"),
         _words("latex, neoprene, polyisoprene"), HALF_SIZES, ALWAYS),
    Kind("Surgical supply", "42", "Gown", _words("surgical reinforced, surgical standard"), _words("SMS, polyester"),
         BODY, EITHER),
    Kind("Surgical supply", "42", "Trocar", _words("bladeless, blunt tip, optical"), (),
         _by("5 8 10 12 15", "75 100 150", "mm"), ALWAYS),
    Kind("Surgical supply", "42", "Blade", _words("scalpel, sagittal saw, reciprocating saw"),
         _words("carbon steel, stainless steel"), tuple(f"No. {n}" for n in (10, 11, 12, 15, 20, 21, 22)), EITHER),
    Kind("Surgical supply", "42", "Sponge", _words("laparotomy X-ray detectable, neuro, gauze"),
         _words("cotton, rayon"), SQUARES, EITHER),
    Kind("Surgical supply", "42", "Electrode", _words("electrosurgical blade, electrosurgical ball, return"), (),
         _each("25 50 65 100 150", "mm"), EITHER),
    Kind("Surgical supply", "42", "Bit", _words("drill quick connect, drill cannulated"),
         _words("stainless steel,titanium nitride"), _by("1.5 2.0 2.5 3.2 4.3", "100 145 195", "mm"), EITHER),
    Kind("Instrument", "42", "Forceps", _words("Adson, Kelly curved, Kelly straight, tissue"),
         _words("stainless steel, titanium"), _each("12 14 16 18 20 24", "cm"), EITHER),
    Kind("Instrument", "42", "Retractor", _words("Army-Navy, self-retaining, Deaver, nerve root"),
         _words("stainless steel, aluminum"), _each("6 9 12 16 20 25 30", "cm"), EITHER, SIDED),
    Kind("Instrument", "42", "Scissors", _words("Mayo curved, Mayo straight, Metzenbaum, bandage"),
         _words("stainless steel, tungsten carbide"), _each("11 14 17 20 23", "cm"), EITHER),
    Kind("Instrument", "42", "Needle holder", _words("Mayo-Hegar, Crile-Wood, laparoscopic"),
         _words("stainless steel, tungsten carbide"), _each("13 15 18 20 33", "cm"), EITHER),
    Kind("Instrument", "42", "Rongeur", _words("Kerrison up-biting, pituitary straight"), _words("stainless steel"),
         _each("1 2 3 4 5", "mm"), EITHER, SIDED),
    Kind("Orthopaedic implant", "42", "Plate",
         _words("locking distal radius, locking proximal tibia, clavicle superior"),
         _words("titanium, stainless steel"), PLATES, EITHER, SIDED),
    Kind("Orthopaedic implant", "42", "Screw", _words("cortical self-tapping, locking self-tapping, cancellous"),
         _words("titanium, stainless steel"), SCREWS, EITHER),
    Kind("Orthopaedic implant", "42", "Femoral component",
         _words("knee cruciate retaining, knee posterior stabilized"), _words("cobalt chrome, oxidized zirconium"),
         NUMBERS, ALWAYS, SIDED),
    Kind("Orthopaedic implant", "42", "Tibial baseplate", _words("knee fixed bearing, knee rotating platform"),
         _words("titanium, cobalt chrome"), NUMBERS, ALWAYS, SIDED),
    Kind("Orthopaedic implant", "42", "Stem",
         _words("hip cementless standard offset, hip cementless high offset, hip cemented"),
         _words("titanium, cobalt chrome"), NUMBERS, ALWAYS),
    Kind("Orthopaedic implant", "42", "Cup", _words("acetabular multihole, acetabular solid"),
         _words("titanium, porous titanium"), _each("44 46 48 50 52 54 56 58 60", "mm"), ALWAYS),
    Kind("Orthopaedic implant", "42", "Nail", _words("intramedullary femoral, intramedullary tibial, trochanteric"),
         _words("titanium, stainless steel"), _by("9 10 11 12", "300 320 340 360 380 400", "mm"), ALWAYS, SIDED),
    Kind("Spine implant", "42", "Screw", _words("pedicle polyaxial, pedicle monoaxial, pedicle cannulated"),
         _words("titanium, cobalt chrome"), LONG_SCREWS, EITHER),
    Kind("Spine implant", "42", "Rod", _words("spinal straight, spinal pre-bent"), _words("titanium, cobalt chrome"),
         _by("4.75 5.5 6.0", "40 60 80 100 120 300", "mm"), EITHER),
    Kind("Spine implant", "42", "Cage", _words("lumbar interbody, cervical interbody, lumbar expandable"),
         _words("PEEK, titanium"), _by("6 7 8 9 10 11 12", "22 26 30", "mm"), ALWAYS),
    Kind("Spine implant", "42", "Plate", _words("cervical anterior 1-level, cervical anterior 2-level"),
         _words("titanium, PEEK"), _each("20 22 24 26 28 32 36 40", "mm"), EITHER),
    Kind("Cardiac implant", "42", "Stent", _words("coronary drug-eluting, coronary bare metal"),
         _words("cobalt chrome, platinum chrome"), _by("2.25 2.5 2.75 3.0 3.5 4.0", "8 12 15 18 23 28 33 38", "mm"),
         ALWAYS),
    Kind("Cardiac implant", "42", "Valve", _words("aortic bioprosthetic, mitral bioprosthetic, aortic mechanical"),
         _words("bovine, porcine"), _each("19 21 23 25 27 29 31", "mm"), ALWAYS),
    Kind("Cardiac implant", "42", "Lead", _words("pacing active fixation, pacing passive, defibrillation"),
         _words("silicone, polyurethane"), _each("45 52 58 65", "cm"), ALWAYS),
    Kind("Cardiac implant", "42", "Occluder", _words("septal, appendage, duct"), _words("nitinol"),
         _each("18 21 24 27 31 35", "mm"), ALWAYS, SIDED),
    Kind("Other implant", "42", "Mesh", _words("hernia flat, hernia self-gripping, hernia preshaped"),
         _words("polypropylene, polyester"), _by("8 10 15 20 30", "10 15 20 30", "cm"), ALWAYS, SIDED),
    Kind("Other implant", "42", "Lens", _words("intraocular monofocal, intraocular toric"),
         _words("acrylic, silicone"), tuple(f"+{n / 2:.1f} D" for n in range(20, 54)), ALWAYS),
    Kind("Other implant", "42", "Stent", _words("ureteral double-J, biliary, esophageal"),
         _words("polyurethane, silicone, nitinol"), _by("4.5Fr 6Fr 7Fr 8Fr 10Fr", "7 10 22 24 26 28", "cm"), ALWAYS),
    Kind("Other implant", "42", "Shunt", _words("ventriculoperitoneal, lumboperitoneal"), _words("silicone"),
         _words("Low pressure, Medium pressure, High pressure"), ALWAYS, SIDED),
    Kind("Catheter and wire", "42", "Guidewire", _words("hydrophilic angled, hydrophilic straight, stiff J-tip"),
         _words("nitinol, stainless steel"), WIRE_LENGTHS, ALWAYS),
    Kind("Catheter and wire", "42", "Catheter", _words("balloon dilatation, balloon non-compliant"),
         _words("nylon, PET"), _by("2.0 2.5 3.0 3.5 4.0 5.0", "8 12 15 20 30 40", "mm"), ALWAYS),
    Kind("Catheter and wire", "42", "Catheter",
         _words("guiding coronary, diagnostic angiographic, guiding extra-backup"), _words("nylon, polyurethane"),
         FINE_FRENCH, ALWAYS, SIDED),
    Kind("Catheter and wire", "42", "Sheath", _words("introducer, introducer radial, introducer long"),
         _words("polyethylene, PTFE"), _by("4Fr 5Fr 6Fr 7Fr 8Fr", "7 11 23 45", "cm"), ALWAYS),
    Kind("Catheter and wire", "42", "Catheter",
         _words("central venous triple lumen, central venous double lumen, peripherally inserted"),
         _words("polyurethane, silicone"), _by("4Fr 5Fr 7Fr 8.5Fr", "15 20 30 55", "cm"), ALWAYS),
    Kind("Suture and stapling", "42", "Suture",
         _words("absorbable braided, absorbable monofilament, absorbable barbed"),
         _words("polyglactin, polydioxanone"), SUTURES, ALWAYS),
    Kind("Suture and stapling", "42", "Suture", _words("non-absorbable monofilament, non-absorbable braided"),
         _words("nylon, polypropylene, silk"), SUTURES, ALWAYS),
    Kind("Suture and stapling", "42", "Reload",
         _words("linear stapler articulating, linear stapler vascular, linear stapler thick tissue"),
         _words("titanium"), _each("30 45 60 75 100", "mm"), ALWAYS),
    Kind("Suture and stapling", "42", "Stapler", _words("circular, linear cutter, skin"),
         _words("titanium, stainless steel"), _each("21 25 28 29 31 33", "mm"), ALWAYS),
    Kind("Suture and stapling", "42", "Clip", _words("ligating, ligating locking"), _words("titanium, polymer"),
         _words("Small, Medium, Medium-Large, Large, X-Large"), ALWAYS),
    Kind("Wound care", "42", "Dressing",
         _words("foam bordered, foam non-bordered, hydrocolloid, alginate, film transparent"),
         _words("silicone, acrylic"), DRESSINGS, EITHER),
    Kind("Wound care", "42", "Bandage", _words("elastic self-adherent, elastic, conforming"),
         _words("cotton, latex-free"), _by("1 2 3 4 6", "2 3 5", "yd"), EITHER),
    Kind("Wound care", "42", "Gauze", _words("plain, impregnated, packing strip"), _words("cotton, rayon"), SQUARES,
         EITHER),
    Kind("Wound care", "42", "Kit", _words("negative pressure foam, wound irrigation"), _words("polyurethane"),
         _words("Small, Medium, Large, X-Large"), ALWAYS),
    Kind("Wound care", "42", "Boot", _words("heel offloading, compression"), _words("foam, fleece"), BODY, UNSAID,
         SIDED),
    Kind("Intravenous fluid", "51", "Solution", _words("sodium chloride injection, sodium chloride irrigation"), (),
         VOLUMES, ALWAYS, NO_SIDE, ("0.45%", "0.9%", "3%")),
    Kind("Intravenous fluid", "51", "Solution", _words("dextrose injection, dextrose in saline injection"), (),
         VOLUMES, ALWAYS, NO_SIDE, ("5%", "10%", "50%")),
    Kind("Intravenous fluid", "51", "Solution", _words("lactated Ringer injection, balanced electrolyte injection"),
         (), VOLUMES, ALWAYS),
    *_drugs("Tablet", TABLETS, _words("Bottle 100, Bottle 500, Unit dose 100"), UNSAID),
    *_drugs("Capsule", CAPSULES, _words("Bottle 60, Bottle 100, Unit dose 100"), UNSAID),
    *_drugs("Vial", VIALS, _each("1 2 5 10 20 50", "mL"), ALWAYS),
    *_drugs("Syringe", PREFILLED, _each("0.5 1 10", "mL"), ALWAYS),
    Kind("Laboratory supply", "41", "Tube",
         _words("blood collection EDTA, blood collection citrate, blood collection serum"), _words("plastic, glass"),
         TUBES, ALWAYS),
    Kind("Laboratory supply", "41", "Reagent", _words("troponin, glucose, hemoglobin A1c, thyrotropin, creatinine"),
         (), tuple(f"{n} tests" for n in (50, 100, 200, 400, 500))),
    Kind("Laboratory supply", "41", "Control", _words("chemistry, hematology, coagulation, cardiac marker"), (),
         _each("1 3 5 10", "mL"), UNSAID, NO_SIDE, ("Level 1", "Level 2", "Level 3")),
    Kind("Laboratory supply", "41", "Container", _words("specimen, specimen formalin"), _words("polypropylene"),
         _each("20 60 90 120 500", "mL"), EITHER),
    Kind("Laboratory supply", "41", "Pipette tip", _words("filtered, universal"), _words("polypropylene"),
         _each("10 20 200 1000", "uL"), EITHER),
    Kind("Imaging supply", "42", "Contrast", _words("iodinated, gadolinium"), (),
         _each("10 15 20 50 75 100 150", "mL"), ALWAYS, NO_SIDE, _each("240 300 320 350 370", "mg/mL")),
    Kind("Imaging supply", "42", "Syringe kit", _words("power injector CT, power injector MR"), (),
         _each("65 115 150 200", "mL"), ALWAYS),
    Kind("Imaging supply", "42", "Needle", _words("biopsy coaxial, biopsy core"), _words("stainless steel"),
         _by("14G 16G 18G 20G", "10 15 20", "cm"), ALWAYS),
    Kind("Respiratory supply", "42", "Tube",
         _words("endotracheal cuffed, endotracheal uncuffed, tracheostomy cuffed"), _words("PVC, silicone"),
         _each("3.0 4.0 5.0 6.0 6.5 7.0 7.5 8.0 8.5 9.0", "mm"), ALWAYS),
    Kind("Respiratory supply", "42", "Mask", _words("oxygen non-rebreather, oxygen simple, aerosol, CPAP nasal"),
         _words("vinyl, silicone"), _words("Infant, Pediatric, Small, Medium, Large"), EITHER),
    Kind("Respiratory supply", "42", "Cannula", _words("nasal, nasal high-flow"), _words("PVC, silicone"),
         _each("4 7 14 25 50", "ft"), EITHER),
    Kind("Respiratory supply", "42", "Tube", _words("endobronchial double lumen"), _words("PVC"),
         _each("28 32 35 37 39 41", "Fr"), ALWAYS, SIDED),
    Kind("Dialysis supply", "42", "Dialyzer", _words("high-flux, low-flux"), _words("polysulfone, polyethersulfone"),
         _each("1.4 1.6 1.8 2.0 2.2", "m2"), ALWAYS),
    Kind("Dialysis supply", "42", "Concentrate", _words("acid, bicarbonate"), (), _each("3.8 5 6.4 9.5", "L"),
         EITHER, NO_SIDE, ("1K", "2K", "3K", "4K")),
    Kind("Dialysis supply", "42", "Catheter", _words("hemodialysis tunneled, hemodialysis acute"),
         _words("polyurethane, silicone"), _by("11.5Fr 13.5Fr 14.5Fr", "15 19 23 28", "cm"), ALWAYS),
    Kind("Food", "50", "Formula", _words("enteral standard, enteral high protein, enteral renal"), (),
         _each("237 500 1000 1500", "mL"), UNSAID, NO_SIDE, ("1.0 cal", "1.2 cal", "1.5 cal", "2.0 cal")),
    Kind("Food", "50", "Juice", _words("apple, orange, cranberry, prune"), (), _each("4 6 8 46", "oz")),
    Kind("Food", "50", "Thickener", _words("instant, gel"), (), _each("6 8 20 64", "oz"), UNSAID, NO_SIDE,
         ("Nectar", "Honey", "Pudding")),
    Kind("Linen", "53", "Towel", _words("operating room, bath, absorbent"), _words("cotton, blended"), SHEETS,
         EITHER),
    Kind("Linen", "53", "Underpad", _words("reusable, disposable, bariatric"), _words("cotton, polymer"),
         _by("17 23 30", "24 36 70", "in"), EITHER),
    Kind("Linen", "53", "Sheet", _words("fitted, flat, draw"), _words("cotton, microfiber"), SHEETS, EITHER),
    Kind("Office supply", "44", "Paper", _words("copy, thermal, perforated"), _words("white, recycled"),
         _by("8.5 11", "11 14 17", "in")),
    Kind("Office supply", "44", "Label", _words("specimen thermal, medication, chart"), _words("paper, synthetic"),
         _by("1 2 3 4", "1 2 3", "in")),
    Kind("Office supply", "44", "Ribbon", _words("wax, resin"), (), _each("60 83 110", "mm")),
    Kind("Housekeeping supply", "47", "Wipe",
         _words("disinfecting bleach, disinfecting alcohol, disinfecting peroxide"), (),
         _by("6 7 8 10", "7 8 12", "in"), EITHER),
    Kind("Housekeeping supply", "47", "Liner", _words("can clear, can biohazard red"),
         _words("low density, high density"), _by("24 30 38 40", "24 33 37 48 58", "in")),
    Kind("Housekeeping supply", "47", "Sanitizer", _words("hand gel, hand foam"), (),
         _each("50 118 236 532 1000 1200", "mL"), UNSAID, NO_SIDE, ("62%", "70%", "80%")),
)  # fmt: skip
BRAND_STARTS = _words(
    "Ambri, Belvo, Cendra, Dorva, Elphi, Fenro, Garvi, Hesti, Ivaro, Jorla, Kelmi, Lorvi, Mirvo, Nesto, Orlin, Pavri, Quelo,"
    "Rovin, Selvo, Tarvi, Undri, Velmo, Wendra, Yorvi, Zelvo"
)
BRAND_ENDS = _words("cath, core, fix, flow, form, grip, guard, lock, line, pro, seal, tek, trak, via, wave")
BRANDS = tuple(start + end for start in BRAND_STARTS for end in BRAND_ENDS)
