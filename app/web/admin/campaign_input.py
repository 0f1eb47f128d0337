"""What the API takes of campaigns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from app.campaigns import service
from app.campaigns.kinds import CampaignKind
from app.campaigns.library import Piece
from app.campaigns.quiz import ANSWER_MAX, EXPLANATION_MAX, FEWEST, LETTERS, SPONSOR_MAX, Quiz
from app.campaigns.segment import Segment
from app.campaigns.wording import TEXT_MAX
from app.errors import InvalidInput
from app.households.models import HouseholdStatus
from app.web.admin.shapes import (
    Code,
    Day,
    Flag,
    Input,
    Language,
    Line,
    Name,
    PhoneText,
    Positive,
    absent,
    example,
)

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")
_LANGUAGES = 30


def _lines(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must not hold control characters")
    return value


def _written_out(value: Any) -> Any:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("write it as 2026-12-01T09:00:00+01:00")
    return value


Wording = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_MAX), AfterValidator(_lines)]
"""May have several lines."""
Texts = Annotated[dict[Language, Wording], Field(min_length=1, max_length=_LANGUAGES)]
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written_out),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": f"^{_MOMENT.pattern}$"}),
]
Answer = Annotated[Line, Field(max_length=ANSWER_MAX)]
Explanation = Annotated[Line, Field(max_length=EXPLANATION_MAX)]

TEXTS = {"en": "{name}, please rinse your bottles: clean PET earns full credit. {programme}"}
SEGMENT = {"zone_ids": [], "languages": [], "statuses": ["active"], "collected_since": "2026-11-01"}


class SegmentIn(Input):
    """All conditions hold together; an empty list asks for nothing."""

    zone_ids: list[UUID] = Field([], max_length=200)
    languages: list[Language] = Field([], max_length=_LANGUAGES, description="Of the phone.")
    statuses: list[HouseholdStatus] = Field([HouseholdStatus.ACTIVE], min_length=1, max_length=3)
    collected_since: Day | None = Field(None, description="The last collection was on that day or later.")
    not_collected_since: Day | None = Field(
        None, description="There was a collection, and the last was before that day."
    )
    never_collected: Flag = False
    material: Code | None = Field(None, description="Code of a material that it has brought, ever.")
    joined_since: Day | None = None

    def value(self) -> Segment:
        return Segment(**dict(self))


class QuizIn(Input):
    answers: dict[Language, Annotated[list[Answer], Field(min_length=FEWEST, max_length=len(LETTERS))]] = (
        Field(
            min_length=1,
            max_length=_LANGUAGES,
            description="By language, in the order of their letters; the letters are put before them.",
        )
    )
    explanations: dict[Language, Explanation] = Field(
        min_length=1, max_length=_LANGUAGES, description="By language; told with right and wrong alike."
    )
    right: Literal["A", "B", "C", "D"] = Field(description="The right answer, in every language.")

    def value(self) -> Quiz:
        answers = {language: tuple(answers) for language, answers in self.answers.items()}
        return Quiz(answers, self.explanations, self.right)


class Prize(Input):
    """Credit for the first right answer of each household, from a sponsor's account."""

    sponsor: Code = Field(description="Its account in the book is `sponsor:` with this code.")
    sponsor_name: Line = Field(max_length=SPONSOR_MAX, description="As the texts say it.")
    credit_minor: Positive = Field(description="To each household.")
    budget_minor: Positive = Field(description="To all of them together, at most.")

    def value(self) -> service.Prize:
        return service.Prize(**dict(self))


class NewCampaign(Input):
    model_config = example(
        name="Rinse, please", kind="tip", segment=SEGMENT, texts=TEXTS, fallback_language="en"
    )

    name: Name = Field(description="For the office; no recipient sees it.")
    library_key: Line | None = Field(
        None,
        max_length=60,
        description="Of a tip or question of the library, in place of kind, texts and quiz.",
    )
    kind: CampaignKind | None = Field(
        None,
        description="`notice` and `alert` are service texts, for the usual sending hours, an alert before all"
        " other campaigns. `promotion`, `tip` and `quiz` keep to the promotional hours and the weekly cap.",
    )
    segment: SegmentIn = Field(default_factory=SegmentIn)
    texts: Texts | None = Field(
        None,
        description="By language; a quiz's question. May hold `{name}`, `{zone}` and `{programme}`.",
    )
    fallback_language: Language | None = Field(
        None,
        description="Whose wording goes to those whose phone's and household's languages have none;"
        " they are left out where this is left out.",
    )
    quiz: QuizIn | None = None
    prize: Prize | None = Field(None, description="Of a quiz.")
    ends_at: Moment | None = Field(
        None, description="Nothing is sent from then on; a quiz needs it, and takes answers until then."
    )

    def content(self, library: Mapping[str, Piece]) -> service.Content:
        """Raises `InvalidInput`."""
        worded = self.worded(library)
        return service.Content(
            name=self.name,
            kind=worded.kind,
            segment=self.segment.value(),
            texts=worded.texts,
            fallback_language=self.fallback_language,
            quiz=worded.quiz,
            library_key=self.library_key,
            prize=self.prize.value() if self.prize else None,
            ends_at=self.ends_at,
        )

    def worded(self, library: Mapping[str, Piece]) -> Piece:
        """What it says, as the caller or the library has worded it."""
        if self.library_key is None:
            if self.kind is None or self.texts is None:
                raise InvalidInput(
                    "kind" if self.kind is None else "texts", "is needed without a library_key"
                )
            return Piece("", self.kind, self.texts, self.quiz.value() if self.quiz else None)
        if self.kind is not None or self.texts is not None or self.quiz is not None:
            raise InvalidInput(
                "library_key", "stands in place of kind, texts and quiz; change the draft afterwards"
            )
        if self.library_key not in library:
            raise InvalidInput("library_key", "names nothing in the library; see GET /campaigns/library")
        return library[self.library_key]


class CampaignChange(Input):
    model_config = example(texts=TEXTS, ends_at="2026-12-24T20:00:00+01:00")

    name: Name = absent()
    segment: SegmentIn = absent()
    texts: Texts = absent()
    fallback_language: Language | None = Field(None, description="Null leaves out who has no wording.")
    quiz: QuizIn | None = None
    prize: Prize | None = Field(None, description="Null takes it away.")
    ends_at: Moment | None = None


class Start(Input):
    model_config = example(at="2026-12-01T09:00:00+01:00")

    at: Moment | None = Field(None, description="Now where left out; not in the past.")


class TrialIn(Input):
    model_config = example(phone="+2348000000001", language="en")

    phone: PhoneText
    language: Language | None = Field(None, description="What the phone would get where left out.")
