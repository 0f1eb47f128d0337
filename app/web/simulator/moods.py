"""Switches for the pretend payment company's behaviour: a few moods, each a setting of several switches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from app.errors import NotFound
from app.web.deps import Here
from app.web.simulator.going_back import back, parse_or_none

ORDINARY: Final[dict[str, Any]] = {
    "answer_seconds": 0.0,
    "settle_seconds": 1.0,
    "outcome": "succeed",
    "submit": "answer",
    "query": "answer",
    "callback": "once",
}


@dataclass(frozen=True)
class Mood:
    name: str
    shown: str
    means: str
    switches: dict[str, Any]


MOODS: Final = (
    Mood("prompt", "Prompt", "pays within a second and calls back", ORDINARY),
    Mood("slow", "Slow", "takes half a minute to pay", {**ORDINARY, "settle_seconds": 30.0}),
    Mood(
        "unclear",
        "Unclear",
        "pays, but its answer is lost and it never calls back: we must ask",
        {**ORDINARY, "submit": "drop_after", "callback": "never"},
    ),
    Mood("refusing", "Refusing", "says no: the credit is given back", {**ORDINARY, "outcome": "fail"}),
    Mood(
        "silent", "Silent", "never decides: the credit stays on hold", {**ORDINARY, "outcome": "never_settle"}
    ),
)

router = APIRouter(prefix="/simulator")


@router.post("/company")
def set_mood(
    request: Request,
    container: Here,
    mood: Annotated[str, Form(max_length=32)],
    phone: Annotated[str, Form(max_length=32)] = "",
) -> RedirectResponse:
    """Put the company in one of `MOODS`. Raises `NotFound` where there is none."""
    company = getattr(request.app.state, "payment_company", None)
    chosen = next((one for one in MOODS if one.name == mood), None)
    if company is None or chosen is None:
        raise NotFound("There is no such switch.")
    company.set_switches(chosen.switches)
    return back(parse_or_none(phone, container.settings.region) or "")


def current(company: Any) -> str | None:
    """The name of the mood that `company` is in; None where somebody set its switches otherwise."""
    switches = vars(company.switches)
    return next(
        (
            mood.name
            for mood in MOODS
            if all(switches.get(name) == value for name, value in mood.switches.items())
        ),
        None,
    )
