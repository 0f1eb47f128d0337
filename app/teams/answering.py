"""What becomes of an offer: taken, declined, or answered with stops in return and agreed to. Services never commit."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.errors import Conflict, InvalidInput, NotAllowed
from app.teams import moving, telling
from app.teams.day import HubDay, Row
from app.teams.errors import Gone
from app.teams.models import OfferKind, OfferStatus, RouteEventKind, TeamOffer, TeamOfferStop
from app.teams.team import Team, Who


def take(team: Team, who: Who, offer_id: UUID) -> None:
    """Take what is offered for nothing in return.

    Raises `Gone` where somebody was faster or nothing is left of it, `DoesNotFit` where capacity, hours or a promise
    to a household do not allow it, and `NotAllowed`.
    """
    day = team.hold(who)
    offer = _offer_to(team, who, offer_id, OfferKind.GIVE)
    going = _left(team, day, offer)
    moving.exchange(team, day, moving.Exchange(offer.from_id, who.collector_id, going))
    _taken(team, offer, who.collector_id)
    rows = [row.pickup.id for row in going]
    team.record(RouteEventKind.MOVED, offer, rows, who.collector_id, whose=offer.from_id, to=who.collector_id)
    telling.taken(team, day, offer, len(going))


def answer(team: Team, who: Who, offer_id: UUID, giving: Sequence[UUID]) -> None:
    """Say which of one's own stops one gives for those of a swap: at most as many, or one's round for a round.

    Nothing moves before the other agrees. Raises as `take` does, and `InvalidInput` and `Conflict` for what is given.
    """
    day = team.hold(who)
    offer = _offer_to(team, who, offer_id, OfferKind.SWAP)
    if offer.status is OfferStatus.ANSWERED:
        raise Conflict("You have answered already; your colleague is to agree.")
    going = _left(team, day, offer)
    back = _in_return(team, day, offer, who, giving, at_most=len(going))
    moving.check(team, day, moving.Exchange(offer.from_id, who.collector_id, going, back))
    offer.status = OfferStatus.ANSWERED
    wanted = [row.pickup.id for row in back]
    team.session.add_all(TeamOfferStop(offer_id=offer.id, pickup_id=one, in_return=True) for one in wanted)
    team.record(
        RouteEventKind.OFFERED, offer, wanted, who.collector_id, whose=who.collector_id, to=offer.from_id
    )
    telling.answered(team, day, offer, back)


def agree(team: Team, who: Who, offer_id: UUID) -> None:
    """Say yes to what the other gives in return: both sides' stops change hands, in one go.

    Raises `Gone` where nothing is left of one side, `DoesNotFit` and `NotAllowed`.
    """
    day = team.hold(who)
    offer = team.live_offer(who, offer_id)
    if offer.from_id != who.collector_id or offer.status is not OfferStatus.ANSWERED or offer.to_id is None:
        raise NotAllowed("there is nothing here for you to agree to")
    other = offer.to_id
    going, back = _left(team, day, offer), _left(team, day, offer, in_return=True)
    moving.exchange(team, day, moving.Exchange(who.collector_id, other, going, back))
    _taken(team, offer, other)
    for rows, whose, to in ((going, who.collector_id, other), (back, other, who.collector_id)):
        moved = [row.pickup.id for row in rows]
        team.record(RouteEventKind.MOVED, offer, moved, who.collector_id, whose=whose, to=to)
    telling.swapped(team, day, offer, len(going), len(back))


def decline(team: Team, who: Who, offer_id: UUID) -> None:
    """Say no to an offer that was made to oneself alone, or take one's answer back. Raises `Gone`, `NotAllowed`."""
    day = team.hold(who)
    offer = team.live_offer(who, offer_id)
    if offer.to_id != who.collector_id:
        raise NotAllowed("this offer is not for you alone")
    team.close(offer, OfferStatus.DECLINED, RouteEventKind.DECLINED, who.collector_id)
    telling.declined(team, day, offer, len(team.stops(offer)))


def _offer_to(team: Team, who: Who, offer_id: UUID, kind: OfferKind) -> TeamOffer:
    offer = team.live_offer(who, offer_id)
    mine = offer.from_id == who.collector_id
    if mine or offer.to_id not in (None, who.collector_id) or offer.kind is not kind:
        raise NotAllowed("this offer is not for you")
    return offer


def _left(team: Team, day: HubDay, offer: TeamOffer, *, in_return: bool = False) -> list[Row]:
    """Those of the offer's stops that are still whose they were, and lie ahead. Raises `Gone` where none is."""
    whose = offer.to_id if in_return else offer.from_id
    assert whose is not None
    ahead = {row.pickup.id: row for row in day.ahead(whose)}
    found = [ahead[one] for one in team.stops(offer, in_return=in_return) if one in ahead]
    if not found:
        raise Gone
    return found


def _in_return(
    team: Team, day: HubDay, offer: TeamOffer, who: Who, giving: Sequence[UUID], *, at_most: int
) -> list[Row]:
    wanted = list(dict.fromkeys(giving))
    mine = {row.pickup.id: row for row in day.ahead(who.collector_id)}
    whole = len(mine) == len(wanted) and at_most == len(day.ahead(offer.from_id))
    if not wanted or (len(wanted) > at_most and not whole):
        raise InvalidInput("stops", f"Choose up to {at_most} of your stops to give in return.")
    if any(one not in mine for one in wanted):
        raise Conflict("One of these stops is not yours to give any more.")
    if set(wanted) & team.bound(who):
        raise Conflict("One of these stops is in another offer of yours; take that one back first.")
    return [mine[one] for one in wanted]


def _taken(team: Team, offer: TeamOffer, by: UUID) -> None:
    offer.status, offer.taken_by_id, offer.closed_at = OfferStatus.TAKEN, by, team.now
