"""The counter: the code of a voucher in, what came of it out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.container import Container
from app.conversation.values import Value
from app.kernel.money import Money
from app.merchants import statements
from app.merchants.sign_in import SignedIn
from app.places import service as places
from app.rewards.vouchers import paying
from app.rewards.vouchers.paying import Answer
from app.rewards.vouchers.rules import VoucherRules
from app.rewards.vouchers.telling import told
from app.web import looks
from app.web.deps import Here
from app.web.fields import Fields
from app.web.merchant import guard
from app.web.merchant.pages import HERE, render

router = APIRouter(route_class=guard.PageRoute)


@router.get("/merchant")
def show(request: Request, container: Here) -> Response:
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, container.clock.now())
        return _page(session, container, who)


@router.post("/merchant")
def take(request: Request, container: Here, fields: Fields) -> Response:
    """Take a voucher. A page that is sent again finds the voucher taken before, and changes nothing."""
    now, typed = container.clock.now(), fields.get("code", "").strip()[:40]
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        answer = paying.take(
            session,
            paying.Counter(container.post, VoucherRules.of(container.settings)),
            who.merchant.id,
            phone=who.phone,
            typed=typed,
            told_by_reply=False,
            now=now,
        )
        return _page(session, container, who, answer, "" if answer.credited else typed)


@router.get("/merchant/shop.css")
def style() -> Response:
    return looks.static_file(HERE, "shop.css")


def _page(
    session: Session, container: Container, who: SignedIn, answer: Answer | None = None, typed: str = ""
) -> Response:
    settings, merchant = container.settings, who.merchant
    heard: tuple[str, dict[str, Value]] | None = None
    if answer is not None:
        timezone = places.zone(session, merchant.zone_id).timezone
        heard = told(answer, programme=settings.programme_name, timezone=timezone)
    paying_minor = statements.paying(session, merchant.code)
    return render(
        container,
        "counter.html",
        merchant.language,
        status=200 if answer is None or answer.credited else 422,
        shop=merchant.name,
        owed=Money(statements.owed(session, merchant.code), settings.currency),
        paying=Money(paying_minor, settings.currency) if paying_minor else None,
        heard=heard,
        good=answer is not None and answer.credited,
        typed=typed,
    )
