"""The switches of the telephone network, as forms: see `troubles`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from app.web.deps import Here
from app.web.simulator import parts
from app.web.simulator.going_back import back, parse_or_none
from app.web.simulator.troubles import Trouble

router = APIRouter(prefix="/simulator")


@router.post("/trouble")
def throw(
    container: Here,
    simulator: parts.Here,
    phone: Annotated[str, Form(max_length=32)],
    trouble: Annotated[Trouble, Form()],
) -> RedirectResponse:
    """Throw one switch of a phone, or of the gateway that carries its texts."""
    chosen = parse_or_none(phone, container.settings.region)
    if chosen is None:
        return back(phone, notice="That is no phone number.")
    whose = container.sms_gateways.for_phone(chosen).name if trouble is Trouble.DOWN else chosen
    on = simulator.switches.throw(whose, trouble)
    if trouble is Trouble.SWAPPED and not on:
        simulator.air.release(chosen)
    return back(chosen, at="troubles")
