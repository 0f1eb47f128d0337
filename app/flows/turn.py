"""One whole turn by text: a text in, at most one text out, everything in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.conversation.engine import Position, Route
from app.conversation.fit import measure
from app.conversation.keywords import Carrier, Meaning
from app.conversation.rendering import as_text
from app.conversation.states import MENU, Reply, say
from app.flows import quiz, several
from app.flows.menu import LAPSED
from app.flows.optout import Decision, decide
from app.flows.person import Person, find, remember
from app.flows.rescue import Rescued, rescue
from app.flows.snapshot import Snapshot
from app.flows.talk import Answer, Talk, Turn, converse, where_it_stands
from app.kernel.clock import local_date
from app.kernel.phone import is_e164
from app.messaging import budgets, chatter, contacts, inbox
from app.messaging.chatter import Chatter, Limits, judge_text
from app.messaging.contacts import ContactNow
from app.messaging.inbox import InboundText
from app.messaging.models import OutboxMessage
from app.messaging.outbox import DELIVER_TEXTS

log = structlog.get_logger()


def take_turn(session: Session, talk: Talk, text: InboundText, now: datetime) -> str | None:
    """Answer `text`, once however often it is delivered; the reply, or None where it gets none.

    Waits for another turn of the same phone to end. Raises nothing that a text can cause.
    """
    received = inbox.receive(session, text, now)
    if not received.first_time:
        return received.reply
    if not is_e164(text.phone) or text.phone == text.recipient:
        log.info("text_not_from_a_phone", inbox_id=str(received.row_id))
        return None
    rescued = rescue(session, talk, text, now)
    if rescued is not None:
        return _answered(session, talk, text, received.row_id, rescued=rescued, now=now)
    # From here on the phone's other turns wait, for its contact's row: what is read next is theirs, whole.
    today = local_date(now, talk.settings.timezone)
    idle = timedelta(days=talk.settings.phone_idle_guard_days)
    contact = contacts.contact_for_update(session, text.phone, now, count_on=today, idle=idle)
    person = where_it_stands(talk, find(session, text.phone, now, idle=idle), now)
    turn = _Texted(session, talk, text, received.row_id, person=person, contact=contact, now=now)
    answer, meaning = turn.run()
    language = answer.language or person.language or meaning.language or talk.catalogue.default
    turn.keep(answer.position, language)
    if answer.reply is None:
        turn.bound_what_is_kept(meaning)
        return None
    reply = as_text(answer.reply, talk.catalogue, language)
    if turn.goes_in_circles(meaning, reply):
        log.info("loop_ended", inbox_id=str(received.row_id))
        return None
    template = answer.reply.lines[0].key
    budgets.watch(talk.catalogue, template, language, reply)
    inbox.answer(
        session,
        received.row_id,
        reply,
        to=text,
        template=template,
        language=language,
        household_id=answer.home_id,
        now=now,
        prices=talk.prices,
    )
    if not text.replies_inline:
        talk.jobs.enqueue(session, DELIVER_TEXTS)
    return reply


def _answered(
    session: Session, talk: Talk, text: InboundText, row_id: UUID, *, rescued: Rescued, now: datetime
) -> str:
    reply = talk.catalogue.text(rescued.key, rescued.language)
    inbox.answer(
        session,
        row_id,
        reply,
        to=text,
        template=rescued.key,
        language=rescued.language,
        now=now,
        prices=talk.prices,
    )
    if not text.replies_inline:
        talk.jobs.enqueue(session, DELIVER_TEXTS)
    return reply


_WAIT = {Chatter.TELL_DAY: say("limit"), Chatter.TELL_BURST: say(chatter.BURST_KEY)}


class _Texted:
    """The parts of one turn, over what they share."""

    def __init__(
        self,
        session: Session,
        talk: Talk,
        text: InboundText,
        row_id: UUID,
        *,
        person: Person,
        contact: ContactNow,
        now: datetime,
    ) -> None:
        self.session, self.talk, self.text, self.row_id = session, talk, text, row_id
        self.person, self.contact, self.now = person, contact, now
        self._limits = Limits.of(talk.settings, shop=person.shop is not None)

    def run(self) -> tuple[Answer, Meaning]:
        position = self.person.position
        engine = self.talk.engine
        meaning = engine.understand(self.text.body, position)
        asked = position.state != MENU or LAPSED in position.data
        if asked and "agree" in meaning.said.kinds and self._reminded_since():
            position, asked = Position(), False
            meaning = engine.understand(self.text.body, position)
        facts = self.talk.facts.about(self.text.phone, self.person, None)
        decision = decide(
            meaning,
            self._handled(),
            facts,
            opted_out=self.contact.opted_out,
            asked=asked,
        )
        self._record_consent(decision, meaning)
        if not decision.goes_on:
            rests = Position() if decision.agrees is not None else position
            return Answer(None if self._floods() else decision.reply, rests), meaning
        met = judge_text(self.session, self.text.phone, self.contact.inbound_today, self._limits, self.now)
        if met is not Chatter.FINE:
            return Answer(_WAIT.get(met), self.person.position), meaning
        quizzed = quiz.route(
            self.session, meaning, position, self.person, phone=self.text.phone, now=self.now
        )
        answer = self._converse(quizzed or engine.route(meaning, position))
        return self._with_others(answer, meaning), meaning

    def _with_others(self, answer: Answer, meaning: Meaning) -> Answer:
        """What is said to further commands in the same text, where nothing was asked by the first."""
        if not meaning.also or answer.reply is None or answer.position.state != MENU:
            return answer
        catalogue = self.talk.catalogue
        language = answer.language or self.person.language or meaning.language

        def told(command: str) -> Reply | None:
            route = self.talk.engine.route(Meaning(meaning.said, command=command), Position())
            other = self._converse(route)
            return other.reply if other.position.state == MENU else None

        reply = several.with_others(
            answer.reply,
            meaning.command or "",
            meaning.also,
            answer=told,
            fits=lambda reply: measure(as_text(reply, catalogue, language)).parts == 1,
        )
        return replace(answer, reply=reply)

    def _converse(self, route: Route[Snapshot]) -> Answer:
        turn = Turn(self.session, self.talk, self.text.phone, self.person, self.row_id, self.now)
        answer = converse(turn, route)
        if answer.secret:
            inbox.forget_words(self.session, self.row_id)
        return answer

    def keep(self, position: Position, language: str) -> None:
        """Remember where the conversation stands; at rest there is nothing to write."""
        if LAPSED in position.data:
            position = Position()
        resting = position == self.person.position == Position() and not self.person.stale
        if resting and (self.person.homes or language == self.person.language):
            return
        remember(self.session, self.text.phone, position, language=language, now=self.now)

    def goes_in_circles(self, meaning: Meaning, reply: str) -> bool:
        """Whether two machines are talking. Who asks for something is none, but thanking for thanks may be."""
        asks = meaning.carrier or (meaning.command and meaning.command != "THANKS")
        if asks or self.contact.inbound_today < chatter.LOOP_TEXTS:
            return False
        return chatter.goes_in_circles(
            self.session, self.text.phone, self.text.body, reply, row_id=self.row_id, now=self.now
        )

    def bound_what_is_kept(self, meaning: Meaning) -> None:
        """Of a flood that gets no answer, only so much is stored; what says something of consent always is."""
        if self._floods() and not meaning.carrier and not self.text.opt_out_type:
            inbox.forget(self.session, self.row_id)

    def _floods(self) -> bool:
        """Past all patience: even carriers' words, which still do what they say, are no longer answered."""
        return self.contact.inbound_today > self._limits.per_day * chatter.KEPT_TIMES

    def _reminded_since(self) -> bool:
        """Whether we asked something else after the open question, so that a bare "1" may answer that."""
        if self.person.moved_at is None:
            return False
        later = (
            select(OutboxMessage.id)
            .where(OutboxMessage.phone == self.text.phone, OutboxMessage.template.startswith("reminder"))
            .where(OutboxMessage.created_at > self.person.moved_at)
            .limit(1)
        )
        return self.session.execute(later).first() is not None

    def _handled(self) -> Carrier | None:
        given = self.text.opt_out_type
        if not given:
            return None
        if given in Carrier.__members__:
            return Carrier(given)
        log.error("unknown_opt_out_type", given=given, inbox_id=str(self.row_id))
        return None

    def _record_consent(self, decision: Decision, meaning: Meaning) -> None:
        if decision.agrees is None:
            return
        said = f"{self.text.gateway}:{self.text.opt_out_type}" if self.text.opt_out_type else "text"
        if meaning.command:
            record: Callable[..., object] = contacts.agreed  # the first JOIN is an agreement of its own
        else:
            record = contacts.opt_in if decision.agrees else contacts.opt_out
        record(self.session, self.text.phone, said, self.now, self.row_id)
        log.info("consent", agrees=decision.agrees, inbox_id=str(self.row_id))
