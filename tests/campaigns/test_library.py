"""Every shipped tip and question, in every language that there is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.campaigns import library, quiz, wording
from app.campaigns.models import Campaign
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
