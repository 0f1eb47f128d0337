"""Campaigns: one text to many, from its draft to its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.campaigns import library, sending, service, trial
from app.campaigns import preview as previews
from app.campaigns.answering import results
from app.campaigns.kinds import CampaignKind, CampaignStatus
from app.campaigns.models import Campaign
from app.campaigns.progress import progress
from app.campaigns.sending import Desk, Rules
from app.container import Container
from app.conversation.fit import measure
from app.messaging.prices import Prices
from app.web.admin import trail
from app.web.admin.auth import Creation, needs
from app.web.admin.campaign_input import CampaignChange, NewCampaign, Start, TrialIn
from app.web.admin.campaign_output import CampaignOut, Library, PieceOut, PreviewOut, TrialOut
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import as_phone, changes
from app.web.deps import Here

router = APIRouter(prefix="/campaigns", tags=["campaigns"])
READER = [Depends(needs("campaigns:read"))]
Writer = Annotated[Caller, Depends(needs("campaigns:write"))]
AT_ONCE = Start(at=None)
"""What a start without a body means."""


class CampaignQuery(ListQuery):
    kind: CampaignKind | None = None
    status: CampaignStatus | None = None


@router.get("", summary="List campaigns", dependencies=READER)
def list_campaigns(asked: Annotated[CampaignQuery, Query()], container: Here) -> Page[CampaignOut]:
    """Campaigns with their progress, the last written first."""
    query = select(Campaign).where(*matching((Campaign.kind, asked.kind), (Campaign.status, asked.status)))
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Campaign.id)
        items = _all_shown(session, rows)
    return Page(items=items, next_cursor=next_cursor)


@router.get("/library", summary="Read the library", dependencies=READER)
def read_library(container: Here) -> Library:
    """Recycling tips and quiz questions that are shipped, in the languages that are enabled."""
    return Library(items=[PieceOut.of(piece) for piece in library.pieces(container.catalogue).values()])


@router.get("/{campaign_id}", summary="Read a campaign", dependencies=READER)
def read_campaign(campaign_id: UUID, container: Here) -> CampaignOut:
    """One campaign, and how far it has come."""
    with container.database.unit_of_work() as session:
        return _shown(session, service.get(session, campaign_id))


@router.post("", status_code=201, summary="Write a campaign")
def create_campaign(new: NewCampaign, caller: Writer, once: Creation, container: Here) -> CampaignOut:
    """A draft: nobody is texted before it is started. With an `Idempotency-Key`, once."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:

        def create() -> Mapping[str, Any]:
            made = service.create(
                session,
                new.content(library.pieces(container.catalogue)),
                languages=container.settings.languages,
                by=caller.name,
                now=now,
            )
            trail.wrote(session, caller, "created", "campaign", made.id, now=now, kind=made.kind)
            return _shown(session, made).model_dump(mode="json")

        return CampaignOut.model_validate(once.answer(session, now, create))


@router.patch("/{campaign_id}", summary="Change a campaign")
def change_campaign(
    campaign_id: UUID, change: CampaignChange, caller: Writer, container: Here
) -> CampaignOut:
    """Until it has started; afterwards 409, for what people were sent cannot be changed."""
    now, given = container.clock.now(), changes(change)
    for name in {"segment", "quiz", "prize"} & given.keys():
        given[name] = given[name].value() if given[name] is not None else None
    with container.database.unit_of_work() as session:
        before = service.content_of(service.lock(session, campaign_id))
        row = service.change(
            session,
            campaign_id,
            replace(before, **given),
            languages=container.settings.languages,
            now=now,
        )
        trail.wrote(session, caller, "changed", "campaign", row.id, now=now, fields=sorted(given))
        return _shown(session, row)


@router.get("/{campaign_id}/preview", summary="Preview a campaign", dependencies=READER)
def preview_campaign(campaign_id: UUID, container: Here) -> PreviewOut:
    """Whom it would reach if it started now, in how many parts, and what that costs.

    Every text is measured with its recipient's real name and zone.
    """
    settings, gateways = container.settings, container.sms_gateways
    prices = Prices.of(settings)
    with container.database.unit_of_work() as session:
        row = service.get(session, campaign_id)
        members = previews.members(session, row, settings.timezone)
    found = previews.preview(
        row,
        members,
        catalogue=container.catalogue,
        programme=settings.programme_name,
        price_per_part=lambda phone: prices.of_a_part(gateways.for_phone(phone).name, phone),
    )
    return PreviewOut.of(found, settings.currency)


@router.post("/{campaign_id}/test", summary="Send a campaign to one phone")
def test_campaign(campaign_id: UUID, given: TrialIn, caller: Writer, container: Here) -> TrialOut:
    """Text it to one phone at once, to see how it looks there. That phone becomes no recipient by it.

    To a phone that has opted out: 409.
    """
    now = container.clock.now()
    phone = as_phone(given.phone, container.settings.region, "phone")
    with container.database.unit_of_work() as session:
        sent = trial.send(
            session,
            service.get(session, campaign_id),
            phone,
            language=given.language,
            desk=_desk(container),
            now=now,
        )
        trail.wrote(
            session, caller, "tested", "campaign", campaign_id, now=now, message_id=str(sent.message_id)
        )
    size = measure(sent.body)
    return TrialOut(
        message_id=sent.message_id,
        language=sent.language,
        body=sent.body,
        encoding=size.encoding,
        parts=size.parts,
    )


@router.post("/{campaign_id}/start", summary="Start a campaign")
def start_campaign(campaign_id: UUID, caller: Writer, container: Here, given: Start = AT_ONCE) -> CampaignOut:
    """Now, or at a time. Its recipients are fixed when it starts: who joins later is not texted.

    One that waits for its time can be given another.
    """
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        row = service.start(session, campaign_id, at=given.at, timezone=container.settings.timezone, now=now)
        container.jobs.enqueue(session, sending.JOB)
        return _moved(session, row, caller, "started", container)


@router.post("/{campaign_id}/pause", summary="Pause a campaign")
def pause_campaign(campaign_id: UUID, caller: Writer, container: Here) -> CampaignOut:
    """Nothing more of it is sent until it is resumed; what is queued but unsent is taken back."""
    with container.database.unit_of_work() as session:
        row = service.pause(session, campaign_id, container.clock.now())
        return _moved(session, row, caller, "paused", container)


@router.post("/{campaign_id}/resume", summary="Resume a campaign")
def resume_campaign(campaign_id: UUID, caller: Writer, container: Here) -> CampaignOut:
    """Go on with those who have not got it."""
    with container.database.unit_of_work() as session:
        row = service.resume(session, campaign_id, container.clock.now())
        container.jobs.enqueue(session, sending.JOB)
        return _moved(session, row, caller, "resumed", container)


@router.post("/{campaign_id}/cancel", summary="Cancel a campaign")
def cancel_campaign(campaign_id: UUID, caller: Writer, container: Here) -> CampaignOut:
    """End it for good: what is queued but unsent is taken back, and a quiz takes no more answers."""
    with container.database.unit_of_work() as session:
        row = service.cancel(session, campaign_id, container.clock.now())
        return _moved(session, row, caller, "cancelled", container)


def _moved(session: Session, row: Campaign, caller: Caller, action: str, container: Container) -> CampaignOut:
    shown = _shown(session, row)
    trail.wrote(
        session,
        caller,
        action,
        "campaign",
        row.id,
        now=container.clock.now(),
        status=row.status,
        recipients=shown.progress.planned,
    )
    return shown


def _shown(session: Session, row: Campaign) -> CampaignOut:
    return _all_shown(session, [row])[0]


def _all_shown(session: Session, rows: Sequence[Campaign]) -> list[CampaignOut]:
    ids = [row.id for row in rows]
    moved, answers = progress(session, ids), results(session, ids)
    return [CampaignOut.of(row, moved[row.id], answers[row.id]) for row in rows]


def _desk(container: Container) -> Desk:
    return Desk(container.post, container.catalogue, Rules.of(container.settings))
