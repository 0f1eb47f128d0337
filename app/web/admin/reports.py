"""Reports: what a month's texts cost, and what that is against the material they brought in."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from app.container import Container
from app.fieldwork import handover_codes as codes
from app.insights import household_costs as households
from app.insights import text_costs as texts
from app.insights.months import MONTH_PATTERN, Month
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, cut, reached
from app.web.admin.shapes import Output, example
from app.web.deps import Here

router = APIRouter(prefix="/reports", tags=["reports"])
READER = [Depends(needs("reports:read"))]

MonthText = Annotated[
    str | None,
    Field(
        pattern=MONTH_PATTERN,
        description="Such as 2026-11, in the service's time zone; the present month if left out.",
        examples=["2026-11"],
    ),
]
_MICROS = (
    "In millionths of one unit of the currency (a naira). Of what has a known price; null where nothing has."
)
CostMicros = Annotated[int | None, Field(description=_MICROS)]
Unpriced = Annotated[int, Field(description="Texts whose price nobody has said; they are not in the cost.")]

_CALLS: dict[str, Any] = {"sessions": 90, "cost_micros": 144_000_000, "unpriced_sessions": 0}
_SUMS: dict[str, Any] = {"texts": 420, "parts": 420, "cost_micros": 1_680_000_000, "unpriced_texts": 0}


class ReportQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    month: MonthText = None


class HouseholdCostQuery(ListQuery):
    month: MonthText = None


class TextSums(Output):
    texts: int
    parts: int
    cost_micros: CostMicros
    cost_per_text_micros: int | None = Field(description="The same over its texts, rounded.")
    unpriced_texts: Unpriced
    told_texts: int = Field(description="Texts of which the gateway itself said the price.")


class TemplateCostOut(TextSums):
    template: str = Field(description="The catalogue's key; of a reply of several lines, the first one's.")
    language: str
    percent: float | None = Field(description="Of the whole cost.")
    budget_parts: int | None = Field(
        description="How many parts it may take; null for campaigns, and where the catalogue does not have it"
        " any more."
    )
    largest_parts: int = Field(description="What the longest took.")
    over_budget_texts: int


class GatewayCostOut(TextSums):
    gateway: str | None


class UssdCostOut(Output):
    sessions: int
    cost_micros: CostMicros
    unpriced_sessions: int = Field(description="Not ended yet, or their gateway did not say what they cost.")


class TextCostsOut(Output):
    model_config = example(
        month="2026-11",
        currency="NGN",
        total={**_SUMS, "cost_per_text_micros": 4_000_000, "told_texts": 0},
        unclear_texts=0,
        templates=[
            {
                **_SUMS,
                "cost_per_text_micros": 4_000_000,
                "told_texts": 0,
                "template": "receipt",
                "language": "en",
                "percent": 100.0,
                "budget_parts": 1,
                "largest_parts": 1,
                "over_budget_texts": 0,
            }
        ],
        ussd=_CALLS,
        gateways=[{**_SUMS, "cost_per_text_micros": 4_000_000, "told_texts": 0, "gateway": "twilio"}],
    )

    month: str
    currency: str
    total: TextSums
    unclear_texts: int = Field(
        description="Whose gateway's answer was lost for good: not in the sums, and perhaps charged for."
    )
    templates: list[TemplateCostOut] = Field(description="The dearest first.")
    gateways: list[GatewayCostOut]
    ussd: UssdCostOut = Field(description="Sessions that began in the month; not in `total`.")


class BalanceOut(Output):
    texts: int
    parts: int
    cost_micros: CostMicros
    unpriced_texts: Unpriced
    ussd_sessions: int
    unpriced_ussd_sessions: int
    credit_minor: int = Field(description="Given in the month, corrections taken off.")
    percent_of_credit: float | None = Field(
        description="The cost against the credit; null where there was no credit, or no price is known."
    )


class HouseholdCostOut(BalanceOut):
    household_id: UUID


class ProgrammeCostOut(BalanceOut):
    grams: int = Field(description="As weighed at the doors.")
    cost_per_kilogram_micros: int | None


class HouseholdCostsOut(Output):
    model_config = example(
        month="2026-11",
        currency="NGN",
        programme={
            **_SUMS,
            "ussd_sessions": 0,
            "unpriced_ussd_sessions": 0,
            "credit_minor": 9_800_000,
            "percent_of_credit": 1.71,
            "grams": 840_000,
            "cost_per_kilogram_micros": 2_000_000,
        },
        items=[
            {
                "texts": 6,
                "parts": 6,
                "cost_micros": 24_000_000,
                "unpriced_texts": 0,
                "ussd_sessions": 0,
                "unpriced_ussd_sessions": 0,
                "credit_minor": 18_000,
                "percent_of_credit": 13.33,
                "household_id": "0193572a-6b00-7000-8000-000000000010",
            }
        ],
        next_cursor=None,
    )

    month: str
    currency: str
    programme: ProgrammeCostOut = Field(
        description="All of it, with the texts that belong to no household, such as those before joining."
    )
    items: list[HouseholdCostOut]
    next_cursor: str | None = Field(description="Ask for the next page with it; null on the last page.")


class HandoverCodesOut(Output):
    collector_id: UUID
    weighings: int
    right: int
    wrong: int = Field(description="A code was typed, and never the right one.")
    none: int


class HandoverReportOut(Output):
    model_config = example(
        month="2026-11",
        items=[
            {
                "collector_id": "0193572a-6b00-7000-8000-000000000011",
                "weighings": 310,
                "right": 204,
                "wrong": 6,
                "none": 100,
            }
        ],
    )

    month: str
    items: list[HandoverCodesOut]


@router.get("/handover-codes", summary="How often a handover code was given", dependencies=READER)
def handover_codes(asked: Annotated[ReportQuery, Query()], container: Here) -> HandoverReportOut:
    """A month's weighings by collector, and how many came with the household's code of the day.

    A missing code is no fault by itself: phones are off, reminders come late.
    """
    month = _month(asked.month, container)
    with container.database.snapshot() as session:
        found = codes.by_collector(session, month.edges(container.settings.timezone))
    return HandoverReportOut(month=str(month), items=[HandoverCodesOut.model_validate(one) for one in found])


@router.get("/text-costs", summary="What texts cost", dependencies=READER)
def text_costs(asked: Annotated[ReportQuery, Query()], container: Here) -> TextCostsOut:
    """A month's texts that a gateway took, by template and language and by gateway, with what they cost."""
    month = _month(asked.month, container)
    with container.database.snapshot() as session:
        found = texts.text_costs(session, month.edges(container.settings.timezone), container.catalogue)
    return TextCostsOut(
        month=str(month),
        currency=container.settings.currency,
        total=TextSums.model_validate(found.total),
        unclear_texts=found.unclear_texts,
        templates=[TemplateCostOut.model_validate(one) for one in found.templates],
        ussd=UssdCostOut.model_validate(found.ussd),
        gateways=[GatewayCostOut.model_validate(one) for one in found.gateways],
    )


@router.get("/household-costs", summary="What texts cost against material", dependencies=READER)
def household_costs(asked: Annotated[HouseholdCostQuery, Query()], container: Here) -> HouseholdCostsOut:
    """What a month's texts to each household cost, against the credit its material earned.

    First the household whose texts left it the least value. The programme's sums stand on every page.
    """
    month = _month(asked.month, container)
    settings = container.settings
    edges = month.edges(settings.timezone)
    with container.database.snapshot() as session:
        programme = households.programme_cost(session, edges, settings.currency)
        found = households.household_costs(
            session, edges, settings.currency, after=reached(asked), limit=asked.limit + 1
        )
    shown, next_cursor = cut(found, asked, "household_id")
    return HouseholdCostsOut(
        month=str(month),
        currency=settings.currency,
        programme=ProgrammeCostOut.model_validate(programme),
        items=[HouseholdCostOut.model_validate(one) for one in shown],
        next_cursor=next_cursor,
    )


def _month(written: str | None, container: Container) -> Month:
    return Month.read(written, container.clock.now(), container.settings.timezone)
