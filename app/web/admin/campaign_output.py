"""What the API gives of campaigns."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from app.campaigns import service
from app.campaigns.answering import Results
from app.campaigns.kinds import CampaignKind, CampaignStatus
from app.campaigns.library import Piece
from app.campaigns.models import Campaign
from app.campaigns.preview import InLanguage, Preview
from app.campaigns.progress import Progress
from app.conversation.fit import Encoding
from app.households.models import HouseholdStatus
from app.web.admin.campaign_input import SEGMENT, TEXTS
from app.web.admin.shapes import Output, example


class TrialOut(Output):
    model_config = example(
        message_id="0193572a-6b00-7000-8000-000000000033",
        language="en",
        body="Amina, please rinse your bottles: clean PET earns full credit. Weighback",
        encoding="gsm7",
        parts=1,
    )

    message_id: UUID
    language: str
    body: str
    encoding: Encoding
    parts: int


class SegmentOut(Output):
    zone_ids: list[UUID]
    languages: list[str]
    statuses: list[HouseholdStatus]
    collected_since: date | None
    not_collected_since: date | None
    never_collected: bool
    material: str | None
    joined_since: date | None


class QuizOut(Output):
    answers: dict[str, list[str]]
    explanations: dict[str, str]
    right: str


class PrizeOut(Output):
    sponsor: str
    sponsor_name: str
    credit_minor: int
    budget_minor: int


class ProgressOut(Output):
    """Every recipient under one heading; all zero until it starts."""

    planned: int = Field(description="All recipients: the sum of the rest.")
    left: int = Field(description="Still to be queued.")
    queued: int
    sent: int = Field(description="A gateway has taken it; no report of its arrival yet.")
    delivered: int
    failed: int
    unclear: int = Field(description="The gateway's answer was lost; never sent again.")
    opted_out: int = Field(description="Since it started.")
    capped: int = Field(description="Had enough promotional texts that week.")
    gone: int = Field(description="Left the service since it started.")
    expired: int = Field(description="It ended before their turn.")
    cancelled: int


class ResultsOut(Output):
    """Of a quiz."""

    answered: int = Field(description="Phones.")
    right: int
    credited: int = Field(description="Households.")


class CampaignOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000030",
        name="Rinse, please",
        kind="tip",
        status="running",
        segment=SEGMENT
        | {
            "not_collected_since": None,
            "never_collected": False,
            "material": None,
            "joined_since": None,
        },
        texts=TEXTS,
        fallback_language="en",
        quiz=None,
        prize=None,
        library_key=None,
        starts_at="2026-12-01T08:00:00Z",
        ends_at=None,
        started_at="2026-12-01T08:00:03Z",
        finished_at=None,
        created_by="office 0193572a-6b00-7000-8000-000000000006",
        created_at="2026-11-30T15:00:00Z",
        updated_at="2026-12-01T08:00:03Z",
        progress={
            **dict.fromkeys(ProgressOut.model_fields, 0),
            "planned": 412,
            "left": 200,
            "queued": 12,
            "sent": 30,
            "delivered": 169,
            "opted_out": 1,
        },
        results=None,
    )

    id: UUID
    name: str
    kind: CampaignKind
    status: CampaignStatus
    segment: SegmentOut
    texts: dict[str, str]
    fallback_language: str | None
    quiz: QuizOut | None
    prize: PrizeOut | None
    library_key: str | None = Field(description="The tip or question of the library that it was made of.")
    starts_at: datetime | None
    ends_at: datetime | None
    started_at: datetime | None = Field(description="When its recipients were fixed.")
    finished_at: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    progress: ProgressOut
    results: ResultsOut | None = Field(description="Of a quiz.")

    @classmethod
    def of(cls, campaign: Campaign, progress: Progress, results: Results) -> Self:
        content = service.content_of(campaign)
        return cls.model_validate(
            {
                **{name: getattr(campaign, name) for name in cls.model_fields if hasattr(campaign, name)},
                "segment": SegmentOut.model_validate(content.segment),
                "quiz": content.quiz and QuizOut.model_validate(content.quiz.to_store()),
                "prize": content.prize and PrizeOut.model_validate(content.prize),
                "progress": ProgressOut.model_validate(progress),
                "results": ResultsOut.model_validate(results) if content.quiz else None,
            }
        )


class LanguageOut(Output):
    language: str
    phones: int
    fallback_phones: int = Field(description="Of them, those whose own language has no wording.")
    parts: int = Field(description="Of all their texts together.")
    longest: str = Field(description="The longest text that anybody gets, with a real name and zone.")
    longest_encoding: Encoding
    longest_parts: int
    costly_characters: str = Field(description="What forces the dear alphabet on it; empty where nothing.")
    warning: str | None = Field(description="Where other characters would be cheaper: which, by how much.")

    @classmethod
    def of(cls, found: InLanguage) -> Self:
        return cls(
            language=found.language,
            phones=found.phones,
            fallback_phones=found.fallback_phones,
            parts=found.parts,
            longest=found.longest,
            longest_encoding=found.size.encoding,
            longest_parts=found.size.parts,
            costly_characters=found.costly_characters,
            warning=found.warning,
        )


class PreviewOut(Output):
    model_config = example(
        people=398,
        phones=412,
        opted_out_phones=9,
        left_out_phones=0,
        parts=412,
        cost_micros=1648000000,
        currency="NGN",
        languages=[
            {
                "language": "en",
                "phones": 412,
                "fallback_phones": 57,
                "parts": 412,
                "longest": "Mrs Okonkwo-Adeyemi, please rinse your bottles: clean PET earns full credit. Weighback",
                "longest_encoding": "gsm7",
                "longest_parts": 1,
                "costly_characters": "",
                "warning": None,
            }
        ],
    )

    people: int = Field(description="Households told on at least one phone.")
    phones: int = Field(description="Each gets one text.")
    opted_out_phones: int = Field(description="Of the segment, not texted.")
    left_out_phones: int = Field(description="No wording in a language of theirs, and no fallback.")
    parts: int
    cost_micros: int | None = Field(
        description="Millionths of one unit of the currency; null where the price to some phone is unknown."
    )
    currency: str
    languages: list[LanguageOut]

    @classmethod
    def of(cls, found: Preview, currency: str) -> Self:
        return cls(
            people=found.people,
            phones=found.phones,
            opted_out_phones=found.opted_out_phones,
            left_out_phones=found.left_out_phones,
            parts=found.parts,
            cost_micros=found.cost_micros,
            currency=currency,
            languages=[LanguageOut.of(one) for _, one in sorted(found.languages.items())],
        )


class PieceOut(Output):
    key: str = Field(description="`library_key` of a campaign that is made of it.")
    kind: CampaignKind
    texts: dict[str, str]
    quiz: QuizOut | None

    @classmethod
    def of(cls, piece: Piece) -> Self:
        quiz = QuizOut.model_validate(piece.quiz.to_store()) if piece.quiz else None
        return cls(key=piece.key, kind=piece.kind, texts=dict(piece.texts), quiz=quiz)


class Library(Output):
    model_config = example(
        items=[
            {
                "key": "tip.burning",
                "kind": "tip",
                "texts": {
                    "en": "Do not burn plastic: the smoke harms your lungs. What is burnt earns nothing."
                },
                "quiz": None,
            }
        ]
    )

    items: list[PieceOut]
