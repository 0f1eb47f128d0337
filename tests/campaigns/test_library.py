"""Every shipped tip and question, in every language that there is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.campaigns import answering, library, quiz, sponsors, wording
from app.campaigns.models import Campaign
from app.campaigns.sponsors import Direction
from app.conversation.catalogue import Catalogue
from app.conversation.fit import Encoding, measure
from app.conversation.values import Value
from app.flows.longest import LONGEST
from app.flows.registry import TEXTS
from tests.campaigns.press import TUESDAY, a_press

LANGUAGES = tuple(sorted(path.stem for path in TEXTS.glob("*.po")))
CATALOGUE = Catalogue.load(TEXTS, LANGUAGES)
PIECES = library.pieces(CATALOGUE)


@pytest.mark.parametrize("key", PIECES)
def test_a_piece_is_there_in_every_language_and_travels_in_one_part(key: str) -> None:
    piece = PIECES[key]
    assert set(piece.texts) == set(LANGUAGES)
    wording.check(piece.texts, LANGUAGES, "en")
    if piece.quiz:
        quiz.check(piece.quiz, frozenset(LANGUAGES))
    made = Campaign(kind=piece.kind, texts=piece.texts, quiz=piece.quiz.to_store() if piece.quiz else None)
    for language, draft in wording.drafts(made, CATALOGUE).items():
        body = draft.fill(name="", zone="", programme="")
        size = measure(body)
        assert (size.encoding, size.parts) == (Encoding.GSM7, 1), f"{language} {size.units}: {body}"


@pytest.mark.parametrize("key", [key for key, piece in PIECES.items() if piece.quiz])
def test_what_the_answer_is_told_fits_one_part(key: str) -> None:
    found = PIECES[key].quiz
    assert found is not None
    for language in LANGUAGES:
        explanation = found.explanations[language]
        assert len(explanation) <= quiz.EXPLANATION_MAX, f"{language} {len(explanation)}: {explanation}"
        told: dict[str, Value] = {"letter": found.right, "answer": found.answer(found.right, language)}
        wrong = f"{CATALOGUE.text('quiz.wrong', language, **told)}\n{explanation}"
        assert measure(wrong).parts == 1, wrong
        given = {name: LONGEST[name] for name in ("sponsor", "credit", "balance")}
        right = (
            f"{CATALOGUE.text('quiz.right', language)}\n{explanation}"
            f"\n{CATALOGUE.text('quiz.credit', language, **given)}"
        )
        assert measure(right).parts == 1, f"{measure(right).units}: {right}"


def test_only_enabled_languages_are_offered() -> None:
    few = library.pieces(Catalogue.load(TEXTS, ("en", "yo")))
    assert set(few["tip.pet"].texts) == {"en", "yo"}
    assert few["tip.pet"].texts["yo"].isascii()


def test_a_tip_goes_out_each_week_at_its_hour_and_each_before_any_comes_again(database_url: str) -> None:
    press = a_press(database_url, weekly_tip_day="Tuesday", weekly_tip_at="12:30", languages="pcm,en")
    press.homes(1, language="en")
    tips = [key for key in library.pieces(press.container.catalogue) if key.startswith("tip.")]
    press.work(minutes=29)
    assert press.outbox() == []
    sent = []
    for week in range(len(tips) + 1):
        press.clock.at = TUESDAY + timedelta(days=7 * week, minutes=30)
        press.work()
        press.work(hours=3)
        with press.database.unit_of_work() as session:
            sent = list(session.scalars(select(Campaign.library_key).order_by(Campaign.id)))
        assert len(sent) == len(press.outbox()) == week + 1
    assert sent == [*tips, tips[0]]
    assert press.outbox()[0].body.startswith("Rinse bottles")
    press.container.close()


def test_a_quiz_goes_out_each_week_beside_the_tip_and_gives_credit_as_long_as_the_sponsors_money_lasts(
    database_url: str,
) -> None:
    press = a_press(
        database_url,
        weekly_tip_day="tuesday",
        weekly_quiz_day="tuesday",
        weekly_quiz_sponsor="COLA",
        weekly_quiz_sponsor_name="Cola Ltd",
        languages="en",
    )
    press.homes(1)
    with press.database.unit_of_work() as session:
        sponsors.move(session, "COLA", Direction.IN, 5_000, reason="bank", currency="NGN", now=TUESDAY)
    press.work(hours=5)
    press.work(hours=1)
    with press.database.unit_of_work() as session:
        found = session.scalars(select(Campaign).order_by(Campaign.kind)).all()
        assert [(one.kind, one.library_key, one.credit_minor) for one in found] == [
            ("quiz", "quiz.pet", 5_000),
            ("tip", "tip.rinse", None),
        ]
        answering.answer(session, found[0].id, "+2348000000001", "B", press.clock.at)
    assert [text.template for text in press.outbox()] == ["campaign.tip", "campaign.quiz"]
    press.clock.at = TUESDAY + timedelta(days=7, hours=5)
    press.work()
    with press.database.unit_of_work() as session:
        last = session.scalars(select(Campaign).where(Campaign.library_key == "quiz.rinse")).one()
        assert last.sponsor is None
    press.container.close()
