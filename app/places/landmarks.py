"""Known landmarks: what people say of where they live, turned into a place, and nothing where that is in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.conversation.keywords import normalise
from app.errors import Conflict, InvalidInput, NotFound
from app.kernel.place import Location
from app.places import service
from app.places.models import Landmark

SOURCE: Final = "landmark"
UNCERTAINTY_METRES: Final = 150
"""How far from a landmark people live who name it, where nobody said otherwise."""
UNCERTAINTY_MAX: Final = 5_000
ALIASES_MAX: Final = 20
NAME_MAX: Final = 80
_ALIKE_PERCENT: Final = 86
"""How alike a spelling must be: a letter or two wrong in a name of ten."""
_EXACT_LETTERS: Final = 4
"""Names as short as that must be spelt exactly."""
_DOUBT_PERCENT: Final = 6
"""Two names that fit nearly as well leave it in doubt which is meant."""


@dataclass(frozen=True)
class Known:
    """A landmark as it is looked for: its names folded, as words."""

    landmark_id: UUID
    name: str
    location: Location
    spellings: tuple[str, ...]


@dataclass(frozen=True)
class _Hit:
    landmark: Known
    spelling: str
    percent: float


@dataclass
class Landmarks:
    """The landmarks of some zones, to be looked for in what households say. Remembers what it was asked."""

    by_zone: Mapping[UUID, Sequence[Known]]
    _asked: dict[tuple[UUID, str], Known | None] = field(default_factory=dict)

    def meant(self, zone_id: UUID, said: str) -> Known | None:
        """The landmark that is surely meant by `said`; None where there is none, or more than one might be."""
        key = (zone_id, said)
        if key not in self._asked:
            self._asked[key] = find(said, self.by_zone.get(zone_id, ()))
        return self._asked[key]


def load(session: Session, zone_ids: Iterable[UUID]) -> Landmarks:
    """In one query."""
    by_zone: dict[UUID, list[Known]] = {}
    rows = session.scalars(
        select(Landmark).where(Landmark.zone_id.in_(list(zone_ids)), Landmark.active).order_by(Landmark.id)
    )
    for row in rows:
        place = Location(row.latitude, row.longitude, SOURCE, row.uncertainty_metres)
        spellings = tuple(normalise(one) for one in (row.name, *row.aliases))
        by_zone.setdefault(row.zone_id, []).append(Known(row.id, row.name, place, spellings))
    return Landmarks(by_zone)


def find(said: str, known: Sequence[Known]) -> Known | None:
    """The one of `known` that `said` names, whole or within a sentence, in whatever case, accents and spelling.

    Where two are named, the one counts whose name holds the other's ("Celestial Church Tejuosho" before
    "Celestial Church"); otherwise nobody can tell which is meant, and the answer is None.
    """
    words = normalise(said).split()
    hits = [hit for hit in (_best(words, one) for one in known) if hit is not None]
    hits = [hit for hit in hits if not any(_holds(other, hit) for other in hits)]
    hits.sort(key=lambda hit: -hit.percent)
    if not hits or (len(hits) > 1 and hits[0].percent - hits[1].percent < _DOUBT_PERCENT):
        return None
    return hits[0].landmark


def _best(words: Sequence[str], landmark: Known) -> _Hit | None:
    hits = [_Hit(landmark, spelling, _alike(words, spelling)) for spelling in landmark.spellings if spelling]
    fitting = [hit for hit in hits if hit.percent >= _ALIKE_PERCENT]
    return max(fitting, key=lambda hit: (hit.percent, len(hit.spelling)), default=None)


def _alike(words: Sequence[str], spelling: str) -> float:
    """How well `spelling` fits where it fits best in `words`: 0 … 100."""
    if len(spelling) <= _EXACT_LETTERS:
        return 100.0 if spelling in words else 0.0
    length = len(spelling.split())
    # One word less or more: people write "bus stop" and "busstop".
    sizes = {size for size in (length - 1, length, length + 1) if size > 0}
    windows = (
        words[start : start + size] for size in sizes for start in range(max(len(words) - size + 1, 0))
    )
    wanted = spelling.replace(" ", "")
    return max((fuzz.ratio("".join(window), wanted) for window in windows), default=0.0)


def _holds(longer: _Hit, shorter: _Hit) -> bool:
    """Whether the name found for one is part of the name found for the other."""
    return longer is not shorter and set(shorter.spelling.split()) < set(longer.spelling.split())


def create(
    session: Session,
    *,
    zone_id: UUID,
    name: str,
    location: Location,
    aliases: Sequence[str] = (),
    uncertainty_metres: int = UNCERTAINTY_METRES,
    now: datetime,
) -> Landmark:
    """Raises `NotFound` for the zone, `InvalidInput`, and `Conflict` for a name that another has in the zone."""
    service.zone(session, zone_id)
    made = Landmark(
        zone_id=zone_id,
        name=_name(name),
        aliases=_aliases(aliases),
        latitude=location.latitude,
        longitude=location.longitude,
        uncertainty_metres=uncertainty_metres,
        active=True,
        created_at=now,
    )
    _check_names(session, made)
    session.add(made)
    session.flush()
    return made


def change(session: Session, zone_id: UUID, landmark_id: UUID, changes: Mapping[str, Any]) -> Landmark:
    """Set some of name, aliases, latitude, longitude, uncertainty_metres, active. Raises as `create` does."""
    found = get(session, zone_id, landmark_id)
    for name, value in changes.items():
        if name == "name":
            found.name = _name(value)
        elif name == "aliases":
            found.aliases = _aliases(value)
        elif name in {"latitude", "longitude", "uncertainty_metres", "active"}:
            setattr(found, name, value)
        else:
            raise InvalidInput(name, "This cannot be changed.")
    with session.no_autoflush:
        _check_names(session, found)
    session.flush()
    return found


def get(session: Session, zone_id: UUID, landmark_id: UUID) -> Landmark:
    """Raises `NotFound`."""
    found = session.get(Landmark, landmark_id)
    if found is None or found.zone_id != zone_id:
        raise NotFound("There is no such landmark.")
    return found


def _name(given: str) -> str:
    name = " ".join(given.split())
    if not normalise(name):
        raise InvalidInput("name", "The name has no letters.")
    if len(name) > NAME_MAX:
        raise InvalidInput("name", f"The name is longer than {NAME_MAX} characters.")
    return name


def _aliases(given: Sequence[str]) -> list[str]:
    aliases = list(dict.fromkeys(" ".join(one.split()) for one in given))
    if len(aliases) > ALIASES_MAX:
        raise InvalidInput("aliases", f"At most {ALIASES_MAX} other names.")
    for alias in aliases:
        if not normalise(alias) or len(alias) > NAME_MAX:
            raise InvalidInput("aliases", f"Each name has letters, and at most {NAME_MAX} characters.")
    return aliases


def _check_names(session: Session, landmark: Landmark) -> None:
    mine = {normalise(one) for one in (landmark.name, *landmark.aliases)}
    for other in session.scalars(
        select(Landmark).where(Landmark.zone_id == landmark.zone_id, Landmark.active)
    ):
        if other is not landmark and landmark.active is not False:
            shared = mine & {normalise(one) for one in (other.name, *other.aliases)}
            if shared:
                raise Conflict(f"{other.name} has the name {min(shared)!r} in this zone already.")
