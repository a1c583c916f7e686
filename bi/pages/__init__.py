"""The pages of the pack, in the order in which they are read.

Belongs here: which figures answer which question, and how a person calls what they go by. Not here: how they are drawn
(static/pack.js), what a word means (the marts' own documentation).
"""

from collections.abc import Sequence
from dataclasses import replace

from bi.model import Page
from bi.pages import (
    contracts,
    exceptions,
    inventory,
    overview,
    service_lines,
    spend,
    suppliers,
    trust,
    utilization,
    variation,
)

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    spend.PAGE,
    suppliers.PAGE,
    contracts.PAGE,
    exceptions.PAGE,
    inventory.PAGE,
    service_lines.PAGE,
    variation.PAGE,
    utilization.PAGE,
    trust.PAGE,
)

# Dimension to the published table, key and name by which a person knows its values, on whichever page it stands.
LABELS = {
    "facility": ("canonical.dim_facility", "facility_key", "facility_name"),
    "supplier": ("canonical.dim_supplier", "supplier_key", "supplier_name"),
    "item": ("canonical.dim_item", "item_key", "item_name"),
    "company": ("canonical.dim_company", "company_key", "company_name"),
    "service_line": ("canonical.dim_service_line", "service_line_key", "service_line_name"),
}


def board(pages: Sequence[Page]) -> Page:
    """All pages on one, to be printed for a board: a figure's name is led by its page's."""
    return Page(
        name="board",
        title="Board pack",
        asks="Every page, for the facility and the period chosen, to be printed or saved as PDF.",
        kpis=tuple(dict.fromkeys(code for page in pages for code in page.kpis)),
        datasets={f"{page.name}.{name}": dataset for page in pages for name, dataset in page.datasets.items()},
        figures=tuple(
            replace(
                figure,
                name=f"{page.name}-{figure.name}",
                title=f"{page.title}: {figure.title}",
                dataset=f"{page.name}.{figure.dataset}",
            )
            for page in pages
            for figure in page.figures
        ),
    )
