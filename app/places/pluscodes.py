"""Plus codes (Open Location Code): a place in a few letters, full (`6FR5G92X+4P`) or short (`G92X+4P`) near another."""

from __future__ import annotations

import re
from typing import Final

from openlocationcode import openlocationcode

from app.errors import InvalidInput
from app.kernel.place import Location, distance_metres

SOURCE: Final = "plus_code"
_ALPHABET: Final = "23456789CFGHJMPQRVWX"
_IN_TEXT: Final = re.compile(rf"(?<!\w)([{_ALPHABET}]{{2,8}}\+[{_ALPHABET}]{{2,7}})(?!\w)", re.IGNORECASE)


def in_text(text: str, near: Location) -> Location | None:
    """The centre of the first plus code in `text`, a short one near `near`; None where there is no valid one.

    Its uncertainty is how far the corner of the code's square is from its centre.
    """
    found = _IN_TEXT.search(text)
    code = found[1] if found else ""
    if code and openlocationcode.isShort(code):
        code = openlocationcode.recoverNearest(code, near.latitude, near.longitude)
    if not code or not openlocationcode.isFull(code):
        return None
    box = openlocationcode.decode(code)
    corner = Location(box.latitudeLo, box.longitudeLo)
    centre = Location(box.latitudeCenter, box.longitudeCenter)
    uncertainty_metres = max(1, round(distance_metres(centre, corner)))
    return Location(centre.latitude, centre.longitude, SOURCE, uncertainty_metres)


def read(code: str, near: Location, field: str = "plus_code") -> Location:
    """As `in_text`, for what must be a plus code. Raises `InvalidInput` for `field` where it is none."""
    found = in_text(code, near)
    if found is None:
        raise InvalidInput(field, "is no plus code, such as 6FR5G92X+4P, or G92X+4P within the zone")
    return found


def of(location: Location) -> str:
    """The full code of the square of some 14 by 14 metres around `location`."""
    return str(openlocationcode.encode(location.latitude, location.longitude))
