"""A record as a text message, for days on which a network carries nothing else.

`WBK1 <key> <id> <stop> <seconds> <what>`: ids in 22 letters (base64url of the UUID), the time in seconds since 1970 to
base 36, and what happened: `PET2500 CAN300` for a weighing, `~<id> PET2500` for a correction, `!reason a note`, and
`*<phone> <language> <zone> <latitude>,<longitude>,<metres> <name>/<landmark>` for a home that joins (`-` where the phone
did not know its place); its stop is the record itself.
The key proves that whoever sends it has that collector's sheet of the day;
the sender of a text alone proves little. The id is that of the record in the phone's queue: both ways count once.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from app.fieldwork.clocks import Stamp
from app.fieldwork.records import NAME_LONGEST, Correction, Enrolment, NotCollected, Position, Record, Weighed
from app.households.service import LANDMARK_MAX
from app.messaging.gateways import SmsGateways
from app.pickups.statuses import MissedReason

_KEY_LETTERS = 6
_FORM = re.compile(
    r"WBK1 (?P<key>\S+) (?P<id>[\w-]{22}) (?P<stop>[\w-]{22}) (?P<seconds>[0-9a-z]{1,8}) (?P<what>.+)",
    re.DOTALL,
)
_WEIGHT = re.compile(r"([A-Z][A-Z0-9]*?[A-Z]|[A-Z])([0-9]{1,9})")
_NUMBER = r"-?[0-9]{1,3}(?:\.[0-9]{1,7})?"
_ENROLMENT = re.compile(
    r"(?P<phone>\+?[0-9]{5,20}) (?P<language>[a-z-]{2,12}) (?P<zone>[A-Za-z0-9-]{1,12}) "
    rf"(?P<place>-|{_NUMBER},{_NUMBER},[0-9]{{1,6}}) (?P<name>[^/]{{1,{NAME_LONGEST}}})/(?P<landmark>.{{1,{LANDMARK_MAX}}})",
    re.DOTALL,
)
_PLACE_NUMBERS = 3
_PHONE = re.compile(r"\+?[0-9]{3,15}")


@dataclass(frozen=True)
class Text:
    """A text that is a record, or none of ours to read where `record` is None."""

    key: str
    record: Record | None


def key_of(secret: str, collector_id: UUID, date: dt.date) -> str:
    made = hmac.digest(secret.encode(), f"rescue:{collector_id}:{date.isoformat()}".encode(), "sha256")
    return base64.b32encode(made).decode()[:_KEY_LETTERS].lower()


def number_for(gateways: SmsGateways, phone: str) -> str:
    """Where such a text goes to; empty where the gateway's sender is a name, which takes no texts."""
    sender = gateways.for_phone(phone).sender
    return sender if _PHONE.fullmatch(sender) else ""


def is_one(body: str) -> bool:
    return body.startswith("WBK1 ")


def read(body: str) -> Text | None:
    """None where the text is not of that form; a form with nonsense in it is a text without a record."""
    found = _FORM.fullmatch(body.strip())
    if found is None:
        return None
    try:
        moment = datetime.fromtimestamp(int(found["seconds"], 36), UTC)
        record = Record(_uuid(found["id"]), _uuid(found["stop"]), Stamp(moment), _what(found["what"]))
    except (ValueError, OverflowError, OSError):
        return Text(found["key"], None)
    return Text(found["key"], record)


def _what(said: str) -> Weighed | NotCollected | Correction | Enrolment:
    """Raises `ValueError`."""
    sign, rest = said[0], said[1:]
    if sign == "!":
        reason, _, note = rest.partition(" ")
        return NotCollected(MissedReason(reason), note.strip())
    if sign == "*":
        return _enrolment(rest)
    if sign == "~":
        earlier, _, weights = rest.partition(" ")
        return Correction(_uuid(earlier), _grams(weights))
    return Weighed(_grams(said))


def _enrolment(said: str) -> Enrolment:
    found = _ENROLMENT.fullmatch(said)
    if found is None:
        raise ValueError(said)
    here = found["place"].split(",")
    position = Position(float(here[0]), float(here[1]), int(here[2])) if len(here) == _PLACE_NUMBERS else None
    if position and not (abs(position.latitude) <= 90 and abs(position.longitude) <= 180):  # noqa: PLR2004 - degrees
        raise ValueError(said)
    return Enrolment(
        found["phone"],
        found["name"].strip(),
        found["language"],
        found["zone"],
        found["landmark"].strip(),
        position,
    )


def _grams(said: str) -> dict[str, int]:
    weights: dict[str, int] = {}
    for word in said.split():
        found = _WEIGHT.fullmatch(word)
        if found is None or found[1] in weights:
            raise ValueError(word)
        weights[found[1]] = int(found[2])
    return weights


def _uuid(short: str) -> UUID:
    return UUID(bytes=base64.urlsafe_b64decode(short + "=="))
