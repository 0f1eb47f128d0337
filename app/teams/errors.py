"""Why an arrangement does not come about; the route sheet has a sentence for each."""

from __future__ import annotations

from typing import ClassVar, Final

from app.errors import Conflict, Refused
from app.teams.fitting import Lack

_WANTING: Final = {
    Lack.ROOM: "they are too much for the bike",
    Lack.TIME: "the shift is too short",
    Lack.PROMISE: "a household would be reached after the hours it was promised",
}


class Gone(Conflict):
    """Somebody was faster, or took it back."""

    code: ClassVar[str] = "gone"

    def __init__(self, taken_by: str = "") -> None:
        super().__init__(f"{taken_by or 'Nobody'} has these stops now; the offer is closed.")
        self.taken_by = taken_by


class DoesNotFit(Refused):
    """The bike's capacity, the hours or what households were promised do not allow it."""

    code: ClassVar[str] = "does-not-fit"

    def __init__(self, who: str, lacks: Lack) -> None:
        super().__init__(f"{who} cannot ride these stops: {_WANTING[lacks]}.")
        self.who = who
        self.lacks = lacks
