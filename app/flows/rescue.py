"""A collector's record that came as a text, because the network carried nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collectors.models import Collector
from app.fieldwork import texts
from app.fieldwork.answers import Answer, Rules, Sender
from app.fieldwork.records import Record
from app.fieldwork.taking import take
from app.flows.talk import Talk
from app.integrity.doubts import Doubts
from app.integrity.hub_weighins import look_again
from app.messaging.inbox import InboundText
from app.pickups.models import Pickup
from app.weighing.models import Via


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
    rules = Rules.of(talk.settings, Doubts.of(talk.settings))
    keys = {texts.key_of(rules.secret, collector.id, day) for day in _days(session, sent.record, rules, now)}
    if sent.key.lower() not in keys:
        return Answer.REFUSED.value
    taken = take(session, sent.record, Sender(collector.id, Via.SMS), now=now, post=talk.post, rules=rules)
    if sent.record.of_weights and taken.answer is Answer.ACCEPTED and taken.pickup_id:
        look_again(session, taken.pickup_id, talk.settings, by=f"collector:{collector.id}", now=now)
    return "accepted" if taken.answer is Answer.DUPLICATE else taken.answer.value


def _days(session: Session, record: Record, rules: Rules, now: datetime) -> list[date]:
    """Of which day's sheet the text may be: that of its stop; of a home that is new, any that still counts."""
    pickup = session.get(Pickup, record.pickup_id)
    if pickup is not None:
        return [pickup.date]
    # The eve and the morrow too: the day at the hub may be another one than that of the clock.
    return [(now - timedelta(days=ago)).date() for ago in range(-1, rules.limits.late_days + 2)]
