"""A collector's record that came as a text, because the network carried nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collectors.models import Collector
from app.fieldwork import texts
from app.fieldwork.taking import Answer, Rules, Sender, take
from app.flows.talk import Talk
from app.integrity.doubts import Doubts
from app.integrity.hub_weighins import look_again
from app.messaging.inbox import InboundText
from app.pickups.models import Pickup
from app.weighing.models import Via
from app.weighing.service import Limits


@dataclass(frozen=True)
class Rescued:
    """What is answered: a key of the catalogue, in the collector's language."""

    key: str
    language: str


def rescue(session: Session, talk: Talk, text: InboundText, now: datetime) -> Rescued | None:
    """Take the record in `text`, once with the sheet's own queue; None where it is no collector's record.

    It says nothing of the household: a sender's number can be made up.
    """
    if not texts.is_one(text.body):
        return None
    collector = session.scalar(select(Collector).where(Collector.phone == text.phone, Collector.active))
    if collector is None:
        return None
    return Rescued(f"rescue.{_taken(session, talk, text, collector, now)}", collector.language)


def _taken(session: Session, talk: Talk, text: InboundText, collector: Collector, now: datetime) -> str:
    sent = texts.read(text.body)
    if sent is None or sent.record is None:
        return Answer.REFUSED.value
    secret = talk.settings.secret_key.get_secret_value()
    pickup = session.get(Pickup, sent.record.pickup_id)
    if pickup is None or sent.key.lower() != texts.key_of(secret, collector.id, pickup.date):
        return Answer.REFUSED.value
    rules = Rules(Limits.of(talk.settings), secret, Doubts.of(talk.settings))
    taken = take(session, sent.record, Sender(collector.id, Via.SMS), now=now, post=talk.post, rules=rules)
    if sent.record.of_weights and taken.answer is Answer.ACCEPTED:
        look_again(session, pickup.id, talk.settings, by=f"collector:{collector.id}", now=now)
    return "accepted" if taken.answer is Answer.DUPLICATE else taken.answer.value
