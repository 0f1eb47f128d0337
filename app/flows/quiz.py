"""Answers to a quiz that a campaign asked: a letter, or the words of an answer, beside whatever else is open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.campaigns import answering
from app.campaigns.answering import Outcome, Verdict
from app.conversation.engine import Position, Route
from app.conversation.keywords import Meaning
from app.conversation.states import MENU, Reply, Step, line
from app.flows.actions import AnswerQuiz
from app.flows.doing import Doing
from app.flows.person import Person
from app.flows.snapshot import Snapshot
from app.kernel.money import Money
from app.ledger import service as ledger


def route(
    session: Session, meaning: Meaning, position: Position, person: Person, *, phone: str, now: datetime
) -> Route[Snapshot] | None:
    """Where the text answers a quiz: what does so, leaving an open question open. Else None.

    Commands and carriers' words are none, and a question that we asked after the quiz hears its answer first.
    """
    said = meaning.said
    homes = [home.id for home in person.homes if not home.guarded]  # a stranger may not see the credit
    if meaning.command or meaning.carrier or not said.words or not homes:
        return None
    asked = answering.asked(session, phone, homes, now)
    if asked is None:
        return None
    if position.state != MENU and person.moved_at is not None and person.moved_at > asked.asked_at:
        return None
    letter = asked.quiz.meant(said)
    if letter is None:
        return None
    taken = Step(position.state, data=position.data, action=AnswerQuiz(asked.campaign_id, letter))
    return Route(said, taken, {}, str(asked.household_id))


def answer(doing: Doing, action: AnswerQuiz) -> Reply:
    """Take the answer, and say what it was worth."""
    outcome = answering.answer(doing.session, action.campaign_id, doing.facts.phone, action.letter, doing.now)
    home = doing.facts.home
    balance_minor = ledger.balance(doing.session, home.id) if home else 0
    return _told(outcome, credit=doing.money(outcome.credit_minor), balance=doing.money(balance_minor))


def _told(outcome: Outcome, *, credit: Money, balance: Money) -> Reply:
    quiz, language = outcome.quiz, outcome.language
    truth = {"letter": quiz.right, "answer": quiz.answer(quiz.right, language)}
    explanation = line("quiz.explanation", text=quiz.explanations[language])
    match outcome.verdict:
        case Verdict.CLOSED:
            return Reply((line("quiz.closed", **truth),))
        case Verdict.ALREADY:
            return Reply((line("quiz.already", letter=outcome.letter),))
        case Verdict.WRONG:
            return Reply((line("quiz.wrong", **truth), explanation))
        case Verdict.RIGHT:
            return Reply((line("quiz.right"), explanation))
        case Verdict.CREDITED:
            gift = line("quiz.credit", sponsor=outcome.sponsor, credit=credit, balance=balance)
        case Verdict.SHARED:
            gift = line("quiz.shared")
        case Verdict.SPENT:
            gift = line("quiz.spent")
    return Reply((line("quiz.right"), explanation, gift))
