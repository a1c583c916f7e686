"""How rooms, beds and people are used. Not here: what that costs (service_lines.py)."""

from bi.model import CURRENCY, FACILITY, MONTH, Column, Dataset, Figure, Kind, Measure, Page, Span, Unit

USED = "mart_service_line.mart_utilization"
BY = {FACILITY: "facility_key", MONTH: "period", "subject": "measure_subject"}
SUMS = {"numerator": Measure("sum(numerator)", Unit.RATE), "denominator": Measure("sum(denominator)", Unit.RATE)}


def measured(code: str) -> Dataset:
    """One measure of mart_utilization; cells that are too small are empty there."""
    return Dataset(USED, BY, SUMS, where=f"measure_code = '{code}' and not is_small_cell")


def course(name: str, title: str, decides: str, dataset: str, unit: Unit) -> Figure:
    """A measure by month and subject, as lines."""
    return Figure(
        name,
        title,
        decides,
        Kind.LINES,
        dataset,
        {MONTH: "Month", "subject": "Of"},
        (Column(title, "numerator", per="denominator", unit=unit),),
        span=Span.TREND,
    )


PAGE = Page(
    name="utilization",
    title="Utilization",
    asks="Are rooms, beds and people used as planned, and where is time lost?",
    kpis=(
        "FIRST_CASE_ON_TIME",
        "PRIME_TIME_USE",
        "ROOM_TURNOVER",
        "CASE_CANCELLATION",
        "LENGTH_OF_STAY",
        "CASE_MIX_INDEX",
    ),
    datasets={
        "prime": measured("PRIME_TIME_USE"),
        "first": measured("FIRST_CASE_ON_TIME"),
        "turnover": measured("ROOM_TURNOVER"),
        "stay": measured("LENGTH_OF_STAY"),
        "labor": Dataset(
            "mart_service_line.mart_labor_cost",
            {
                FACILITY: "facility_key",
                MONTH: "period",
                CURRENCY: "currency_code",
                "department": "coalesce(cost_center_name, 'Too small to be shown alone')",
                "job": "job_class",
            },
            {
                "pay": Measure("sum(labor_amount)"),
                "productive": Measure("sum(productive_hours)", Unit.HOURS),
                "overtime": Measure("sum(overtime_hours)", Unit.HOURS),
                "agency": Measure("sum(agency_hours)", Unit.HOURS),
            },
        ),
    },
    figures=(
        course("prime", "Use of prime time", "Which suite has room for more cases.", "prime", Unit.SHARE),
        course("first", "First cases on time", "Whether the day begins late, and where.", "first", Unit.SHARE),
        course(
            "turnover",
            "Minutes between two patients",
            "Where a faster turnover gives another case.",
            "turnover",
            Unit.MINUTES,
        ),
        course("stay", "Days of an inpatient stay", "Whether beds are held longer.", "stay", Unit.DAYS),
        Figure(
            "labor",
            "Labor by department",
            "Where overtime and agency cost more than a hire.",
            Kind.TABLE,
            "labor",
            {"department": "Department"},
            (
                Column("Pay", "pay", bar=True),
                Column("Productive hours", "productive"),
                Column("Overtime of these", "overtime", per="productive", unit=Unit.SHARE),
                Column("Agency of these", "agency", per="productive", unit=Unit.SHARE),
            ),
            drill="department",
            is_wide=True,
        ),
        Figure(
            "labor-course",
            "Labor by month and class of job",
            "Whether agency replaces staff.",
            Kind.TREND,
            "labor",
            {MONTH: "Month", "job": "Class of job"},
            (Column("Pay", "pay"),),
            span=Span.TREND,
            is_wide=True,
        ),
    ),
)
