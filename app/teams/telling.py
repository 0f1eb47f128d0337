"""What collectors hear of each other's arrangements, by text; the sheet shows it as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from app.collectors import service as collectors
from app.conversation.values import Value
from app.teams.day import HubDay, Row
from app.teams.models import OfferKind, TeamOffer

if TYPE_CHECKING:
    from app.teams.team import Team


def offered(
    team: Team, day: HubDay, offer: TeamOffer, rows: Sequence[Row], listeners: Sequence[UUID]
) -> None:
    zones = sorted({row.zone_name for row in rows})
    key = "team.offered.swap" if offer.kind is OfferKind.SWAP else "team.offered"
    values: dict[str, Value] = {"collector": day.names[offer.from_id], "zone": zones[0], "count": len(rows)}
    for one in listeners:
        _tell(team, one, key, values, f"team:{offer.id}:offered:{one}")


def taken(team: Team, day: HubDay, offer: TeamOffer, count: int) -> None:
    assert offer.taken_by_id is not None
    values: dict[str, Value] = {"collector": day.names[offer.taken_by_id], "count": count}
    _tell(team, offer.from_id, "team.taken", values, f"team:{offer.id}:taken")


def answered(team: Team, day: HubDay, offer: TeamOffer, back: Sequence[Row]) -> None:
    assert offer.to_id is not None
    values: dict[str, Value] = {
        "collector": day.names[offer.to_id],
        "zone": min(row.zone_name for row in back),
        "count": len(back),
    }
    _tell(team, offer.from_id, "team.answered", values, f"team:{offer.id}:answered")


def swapped(team: Team, day: HubDay, offer: TeamOffer, going: int, back: int) -> None:
    """To the one who answered: the other has just agreed."""
    assert offer.to_id is not None
    values: dict[str, Value] = {"collector": day.names[offer.from_id], "count": back, "total": going}
    _tell(team, offer.to_id, "team.swapped", values, f"team:{offer.id}:swapped")


def declined(team: Team, day: HubDay, offer: TeamOffer, count: int) -> None:
    assert offer.to_id is not None
    values: dict[str, Value] = {"collector": day.names[offer.to_id], "count": count}
    _tell(team, offer.from_id, "team.declined", values, f"team:{offer.id}:declined")


def withdrawn(team: Team, day: HubDay, offer: TeamOffer) -> None:
    """Only to one to whom it was made alone: they may be waiting. All others see it on their sheet."""
    if offer.to_id is not None:
        values: dict[str, Value] = {"collector": day.names[offer.from_id]}
        _tell(team, offer.to_id, "team.withdrawn", values, f"team:{offer.id}:withdrawn")


def _tell(team: Team, collector_id: UUID, key: str, values: Mapping[str, Value], once: str) -> None:
    whom = collectors.get(team.session, collector_id)
    team.post.text(
        team.session,
        phone=whom.phone,
        language=whom.language,
        key=key,
        values=values,
        now=team.now,
        dedupe_key=once,
    )
