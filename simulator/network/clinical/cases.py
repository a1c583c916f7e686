"""Cases as the stock sees them: what they ask of it before it is simulated, what they had of it afterwards.

Belongs here: the order in which the plan of care is made. Not here: what it is made of.
"""

from dataclasses import dataclass

import numpy as np

from simulator.network.clinical.cards import Cards, plan_cards
from simulator.network.clinical.carts import Carts, fill_carts
from simulator.network.clinical.documentation import settle
from simulator.network.clinical.recall import Recall
from simulator.network.clinical.theatres import Theatre, plan_theatres
from simulator.network.clinical.use import Plan, Use, plan_use
from simulator.network.clinical.visits import Visits, plan_visits
from simulator.network.ground import Ground
from simulator.network.stocked import LocationItems
from simulator.network.streams import Ints


@dataclass(frozen=True)
class Cases:
    """The plan of all care. `kept` is what stock is simulated with: the carts of cases are full, and the places that
    cases draw on have no other use."""

    ground: Ground
    kept: LocationItems
    theatre: Theatre
    visits: Visits
    carts: Carts
    cards: Cards
    plan: Plan
    recall: Recall

    def demand(self) -> tuple[Ints, Ints, Ints]:
        """Day, place and eaches that cases want, by day and place; to be added to what else is wanted on that day."""
        return self.plan.demand()

    def settle(self, day: Ints, place: Ints, quantity: Ints) -> Use:
        """What cases took where stock gave so many eaches by day and place (other places may be among them): so that
        what moved out of stock is what was used and wasted, exactly."""
        plan = self.plan.clipped(day, place, quantity)
        return settle(self.ground, self.carts, self.theatre, plan, self.recall)


def plan_cases(ground: Ground, kept: LocationItems) -> Cases:
    """All visits and cases, the cards and what cases want."""
    theatre = plan_theatres(ground)
    visits = plan_visits(ground, theatre)
    carts = fill_carts(ground, kept)
    cards = plan_cards(ground, carts, theatre)
    plan, recall = plan_use(ground, carts, theatre, cards)
    _, place, quantity = plan.demand()
    count = len(carts.kept.item)
    largest = np.zeros(count, dtype=np.int64)
    np.maximum.at(largest, place, quantity)
    total = np.bincount(place, weights=quantity, minlength=count).astype(np.int64)
    drawn = np.union1d(place, np.unique(cards.line_place[cards.line_place >= 0]))
    return Cases(
        ground, carts.lasting(ground, drawn, total[drawn], largest[drawn]), theatre, visits, carts, cards, plan, recall
    )
