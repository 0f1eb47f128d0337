"""What a collector typed: read without ever failing, checked with every mistake named, kept as it was typed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.conversation.values import Value
from app.kernel.grams import Grams, NotAWeight, parse_kilograms
from app.kernel.ids import new_id
from app.pickups.statuses import MissedReason
from app.web.fields import Fields, read_fields

__all__ = ["Fields", "Mistake", "StopForm", "read_fields"]

REASONS = tuple(reason for reason in MissedReason if reason is not MissedReason.NOT_VISITED)
NOTE_LONGEST = 300
WEIGHT_PREFIX = "kg-"


@dataclass(frozen=True)
class Mistake:
    """One thing to mend: the field's id in the page, and the catalogue's text about it."""

    field: str
    key: str
    values: Mapping[str, Value] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class StopForm:
    """The form of one stop as typed. Each of its two answers has its own id, made with the page."""

    weighing_id: UUID
    missed_id: UUID
    kilograms: Mapping[str, str]
    """Per material's code, as typed."""
    reason: str = ""
    note: str = ""
    bag: str = ""
    """Printed codes of bags, as typed or scanned."""
    missed: bool = False
    """Sent with "could not collect" rather than with the weights."""

    @classmethod
    def blank(cls) -> StopForm:
        return cls(weighing_id=new_id(), missed_id=new_id(), kilograms={})

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> StopForm:
        return cls(
            weighing_id=_id(fields.get("weighing_id", "")),
            missed_id=_id(fields.get("missed_id", "")),
            kilograms={
                name.removeprefix(WEIGHT_PREFIX): typed.strip()
                for name, typed in fields.items()
                if name.startswith(WEIGHT_PREFIX)
            },
            reason=fields.get("reason", ""),
            # Browsers send line ends as two characters but count them as one.
            note=fields.get("note", "").replace("\r\n", "\n").strip(),
            bag=fields.get("bag", "").strip(),
            missed=fields.get("do") == "missed",
        )

    @property
    def id(self) -> UUID:
        """The id of the answer that was sent."""
        return self.missed_id if self.missed else self.weighing_id

    def weights(self, materials: Sequence[str], max_grams: int) -> tuple[dict[str, int], list[Mistake]]:
        """Grams by material (those above zero), and what is wrong."""
        grams: dict[str, int] = {}
        mistakes: list[Mistake] = []
        for code, typed in self.kilograms.items():
            if not typed:
                continue
            name = WEIGHT_PREFIX + code
            try:
                weight = parse_kilograms(typed)
            except NotAWeight:
                mistakes.append(Mistake(name, "sheet.mistake.weight"))
                continue
            if weight > max_grams:
                mistakes.append(Mistake(name, "sheet.mistake.heavy", {"limit": Grams(max_grams)}))
            elif weight and code not in materials:
                mistakes.append(Mistake("form", "sheet.mistake.material"))
            elif weight:
                grams[code] = weight
        if not grams and not mistakes:
            mistakes.append(Mistake("reason", "sheet.mistake.empty"))
        return grams, mistakes

    def why_missed(self) -> tuple[MissedReason | None, list[Mistake]]:
        """The reason given, and what is wrong."""
        mistakes: list[Mistake] = []
        if any(typed.strip("0.,") for typed in self.kilograms.values()):
            mistakes.append(Mistake("form", "sheet.mistake.both"))
        reason = next((one for one in REASONS if one.value == self.reason), None)
        if reason is None:
            mistakes.append(Mistake("reason", "sheet.mistake.reason"))
        if len(self.note) > NOTE_LONGEST:
            mistakes.append(Mistake("note", "sheet.mistake.note", {"count": NOTE_LONGEST}))
        return reason, mistakes


def _id(given: str) -> UUID:
    """The form's own id. One that was tampered with cannot have been recorded: a new one is as good."""
    try:
        return UUID(given)
    except ValueError:
        return new_id()
