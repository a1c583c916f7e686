"""Care as it happens: persons, visits, cases, drugs, charges, coding and remittances, written month by month.

Belongs here: the order in which they are made, and what is kept of each month. Not here: the plan (cases.py), which is
made before the stock is simulated.
"""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from simulator.network.books import Entry
from simulator.network.calendar import SIMULATED_MONTHS
from simulator.network.clinical.case_tables import case_tables, serial_numbers, use_table
from simulator.network.clinical.cases import Cases
from simulator.network.clinical.charges import ChargeMaster, charge_table, make_charges, net_by_visit
from simulator.network.clinical.coding import code_visits
from simulator.network.clinical.encounters import encounter_tables
from simulator.network.clinical.hours import NONE
from simulator.network.clinical.medication import administrations
from simulator.network.clinical.people import make_people, person_table, provider_table
from simulator.network.clinical.remittances import make_remittances, remittance_table
from simulator.network.clinical.revenue import Revenue
from simulator.network.clinical.use import Use
from simulator.network.streams import Ints

Keep = Callable[[str, pa.Table], None]
PERSONS_A_PIECE = 100_000


def make_care(cases: Cases, use: Use, on_hand: Callable[[int], Ints], keep: Keep) -> list[Entry]:
    """Keeps all tables of care and returns what they post (the rules are in revenue.py). use: what stock allowed
    (Cases.settle). on_hand: eaches in each place of Cases.kept at the end of a day. What belongs to a visit is kept with
    the month in which its stay began."""
    ground, visits, theatre = cases.ground, cases.visits, cases.theatre
    people = make_people(ground, visits, theatre.surgeons, theatre.surgeon)
    keep("truth_provider", provider_table(ground.streams, people))
    for first in range(0, len(people.home), PERSONS_A_PIECE):
        last = min(first + PERSONS_A_PIECE, len(people.home))
        keep("truth_person", person_table(ground.streams, people, visits, first, last))
    payer = people.payer[people.of_visit]
    coding = code_visits(ground, visits, theatre, payer)
    visit_of_case = np.full(len(theatre.day), NONE)
    has_case = np.flatnonzero(visits.case >= 0)
    visit_of_case[visits.case[has_case]] = has_case
    for name, table in case_tables(cases, visit_of_case, on_hand, use):
        keep(name, table)
    master, revenue, serials = ChargeMaster(ground), Revenue(ground), serial_numbers(cases, use)
    keep("truth_charge_code", master.table())
    month_of_line = visits.month[visit_of_case[use.case]]
    by_month = np.argsort(month_of_line, kind="stable")
    starts = np.searchsorted(month_of_line[by_month], np.arange(1, SIMULATED_MONTHS + 2))
    given = charged = claimed = 0
    for month in range(1, SIMULATED_MONTHS + 1):
        random = ground.streams.of(f"clinical month {month}")
        chosen, lines = visits.of_month(month), by_month[starts[month - 1] : starts[month]]
        for name, table in encounter_tables(random, ground, visits, chosen, people, coding, theatre):
            keep(name, table)
        keep("truth_use", use_table(cases, use, lines, serials, visit_of_case))
        drugs = administrations(random, ground, visits, chosen, given)
        keep("truth_med_admin", drugs)
        charges = make_charges(random, ground, master, visits, chosen, theatre, use, lines, visit_of_case)
        keep("truth_charge", charge_table(ground, charges, charged))
        revenue.charge(charges, visits.site, payer)
        net = net_by_visit(charges, chosen)
        remittances = make_remittances(random, visits, chosen, coding, payer, net, claimed)
        keep("truth_remittance", remittance_table(remittances))
        revenue.settle(remittances, visits)
        given, charged = given + drugs.num_rows, charged + len(charges.visit)
        claimed = int(remittances.claim.max(initial=claimed - 1)) + 1
    return revenue.entries()
