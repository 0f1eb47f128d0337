"""Why an arrangement does not come about; the route sheet has a sentence for each."""

from __future__ import annotations

from typing import ClassVar

from app.errors import Conflict, Refused


class Gone(Conflict):
    """Somebody was faster, or took it back."""

    code: ClassVar[str] = "gone"

    def __init__(self, taken_by: str = "") -> None:
        super().__init__(f"{taken_by or 'Nobody'} has these stops now; the offer is closed.")
        self.taken_by = taken_by


class DoesNotFit(Refused):
    """The bike's capacity or the hours do not allow it."""

    code: ClassVar[str] = "does-not-fit"

    def __init__(self, who: str, lacks: str) -> None:
        super().__init__(f"{who} lacks {lacks} for these stops.")
        self.who = who
        self.lacks = lacks
