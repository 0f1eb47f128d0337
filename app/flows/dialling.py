"""One whole turn by USSD: keys pressed in, one screen out, everything in the caller's transaction.

A session's row keeps what is on the screen; where the conversation stands is kept for the phone, so that
what is begun here can be finished by text and the other way round. An answer only ever counts for the
question that is still open: where a text has moved the conversation on meanwhile, that is shown instead.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.conversation.engine import Position
from app.conversation.keywords import Carrier, Meaning
from app.conversation.screens import BACK, HOME, MORE, as_screens
from app.conversation.states import MENU, Data, Reply, State
from app.flows import dial_menu
from app.flows.optout import decide
from app.flows.person import Person, find, remember
from app.flows.snapshot import Snapshot
from app.flows.talk import Answer, Talk, Turn, ask, converse, where_it_stands
from app.kernel.ids import new_id
from app.kernel.phone import is_e164
from app.messaging import contacts, ussd
from app.messaging.contacts import ContactNow
from app.messaging.inbox import storable
from app.messaging.ussd import SEPARATOR, Call, Shown, UssdAnswer, UssdRequest

log = structlog.get_logger()

MOST_DIALLED: Final = 8
"""Answers that a dialled shortcut may hold."""
_LONGEST_TRAIL = 12


def dial(session: Session, talk: Talk, request: UssdRequest, now: datetime) -> UssdAnswer:
    """Answer `request`, once however often it is delivered, and record both.

    Waits for another turn of the same phone to end. Raises nothing that a caller can cause.
    """
    if not is_e164(request.phone):
        log.warning("dialled_by_no_phone", gateway=request.gateway)
        return UssdAnswer(talk.catalogue.screen("trouble", None), ends=True)
    # From here on the phone's other turns wait, for its contact's row.
    idle = timedelta(days=talk.settings.phone_idle_guard_days)
    contact = contacts.contact_for_update(session, request.phone, now, heard=True, idle=idle)
    request = replace(request, text=storable(request.text))
    call = ussd.find(session, request)
    typed = call.typed(request.text) if call else None
    if call is not None and typed is None:
        known = ussd.answered(session, call, request.text)
        if known is not None:
            return known
    if call is not None and call.ended:
        return UssdAnswer(call.shown.text, ends=True)
    person = where_it_stands(talk, find(session, request.phone, now, idle=idle), now)
    if call is None and _calls_too_often(session, talk, person, request.phone, now):
        log.info("dialled_too_often", gateway=request.gateway)
        return UssdAnswer(talk.catalogue.screen("limit", person.language), ends=True)
    turn = Turn(session, talk, request.phone, person, new_id(), now, on_screen=True)
    dialled = _Dialled(turn, contact)
    if call is None:
        dialled.begin(request.text)
    else:
        dialled.go_on(call, typed)
    answer = dialled.answer()
    dialled.remember()
    kept = ussd.Turn(
        turn.id,
        request,
        answer,
        dialled.template,
        dialled.language,
        dialled.home_id,
        secret=dialled.secret,
    )
    ussd.keep(session, call, dialled.shown, kept, now)
    return answer


def _calls_too_often(session: Session, talk: Talk, person: Person, phone: str, now: datetime) -> bool:
    """Whoever dials all day is told so and no more of it is kept: a flood costs a look at an index."""
    allowed = talk.settings.ussd_sessions_per_phone_per_day
    if person.shop is not None:
        allowed = max(allowed, talk.settings.texts_per_merchant_phone_per_day)
    return ussd.called_often(session, phone, allowed, now - timedelta(days=1))


class _Dialled:
    """One turn as it unfolds; a dialled shortcut goes through several screens and shows the last."""

    def __init__(self, turn: Turn, contact: ContactNow) -> None:
        self.turn, self.contact = turn, contact
        self.found = turn.person
        self.talk, self.engine = turn.talk, turn.talk.engine
        self.stands = turn.person.position
        """Where the conversation stands once this turn is over."""
        self.chosen_language: str | None = None
        self.template = ""
        self.home_id: UUID | None = None
        self.secret = False
        """What was typed held a PIN."""
        self.shown = Shown(Position(), ("",))

    @property
    def language(self) -> str:
        return self.turn.person.language or self.talk.catalogue.default

    def begin(self, text: str) -> None:
        """The first screen of a session; what was dialled behind the code is pressed for the caller."""
        if not text and self._can_resume():
            self._ask(Position(dial_menu.RESUME), ())
            return
        self._go_home()
        for typed in text.split(SEPARATOR)[:MOST_DIALLED] if text else ():
            before = self.shown
            self._press(typed)
            stuck = (self.shown.position, self.shown.page) == (before.position, before.page)
            if stuck or self._over() or self._state().confirms:
                return
            if self._state().secret:  # a PIN is not for the list of calls, nor for ours
                self.secret = True
                return

    def go_on(self, call: Call, typed: str | None) -> None:
        """The next screen of a session, for what was typed; None where the text does not go on from the last."""
        self.shown = call.shown
        state = self._state()
        self.secret = state.secret and typed is not None
        if not state.is_menu and self.shown.position != self.stands:
            self._show_where_it_stands()
        elif typed is None:
            self.template = state.name  # an older text that never reached us, or nonsense
        else:
            self._press(typed)

    def answer(self) -> UssdAnswer:
        return UssdAnswer(self.shown.text, ends=self._over() and not self.shown.has_more)

    def remember(self) -> None:
        """Keep where the conversation stands, where that has changed."""
        turn, found = self.turn, self.found
        if self.stands != found.position or self.chosen_language:
            language = turn.person.language
            remember(turn.session, turn.phone, self.stands, language=language, now=turn.now)

    def _press(self, typed: str) -> None:
        shown, state = self.shown, self._state()
        meaning = self.engine.understand(typed, shown.position)
        pressed = meaning.said.text
        self.template = state.name
        if pressed == HOME:
            self._leave()
            self._go_home()
        elif pressed == MORE and shown.has_more:
            self.shown = replace(shown, page=shown.page + 1)
        elif pressed == BACK or (not meaning.command and "back" in meaning.said.kinds):
            self._go_back()
        elif not pressed:
            pass  # sent without a word: the same screen again
        elif meaning.carrier and self._heard_for_carriers(meaning):
            pass
        elif self._over() and not meaning.command:
            self._go_home()
        elif state.name == dial_menu.RESUME and dial_menu.carries_on(meaning.said):
            self._show_where_it_stands()
        elif state.confirms and shown.has_more:
            self.shown = replace(shown, page=shown.page + 1)  # nobody agrees to what they have not seen whole
        else:
            turn = replace(self.turn, person=replace(self.turn.person, position=self.stands))
            self._arrive(converse(turn, self.engine.route(meaning, shown.position)))

    def _arrive(self, answer: Answer) -> None:
        """Show `answer`; it decides where the conversation stands from now on."""
        there = answer.position
        if "JOIN" in answer.opened and not self.turn.person.homes and not self.contact.opted_out:
            contacts.agreed(self.turn.session, self.turn.phone, "ussd", self.turn.now)
        if answer.language:
            self.chosen_language = answer.language
            self.turn = replace(self.turn, person=replace(self.turn.person, language=answer.language))
        trail = () if there.state in (MENU, dial_menu.MAIN) else self._trail_to(there)
        if there.state == MENU:
            self.stands = there
        elif self.engine.state(there).is_menu:
            self._leave()
        else:
            self.stands = there
        self.home_id = answer.home_id
        self.secret = self.secret or answer.secret
        assert answer.reply is not None  # `converse` asks where the flow says nothing
        self._show(answer.reply, there, trail)

    def _leave(self) -> None:
        """The open question that was on the screen is given up; one that was not stays open for texts."""
        if not self._state().is_menu or self._state().name == dial_menu.RESUME:
            self.stands = Position(data=self._home())

    def _home(self) -> Data:
        """The home that is meant, where the phone speaks for several and one was chosen."""
        several = len(self.turn.person.homes) > 1
        return {"home": self.stands.data["home"]} if several and "home" in self.stands.data else {}

    def _main(self) -> Position:
        return Position(dial_menu.MAIN, self._home())

    def _trail_to(self, there: Position) -> tuple[Position, ...]:
        here = self.shown.position
        if here.state in (there.state, dial_menu.RESUME):
            return self.shown.trail
        return (*self.shown.trail, here)[-_LONGEST_TRAIL:]

    def _go_back(self) -> None:
        """One page, one question, or to the main menu."""
        if self.shown.page:
            self.shown = replace(self.shown, page=self.shown.page - 1)
            return
        *trail, before = self.shown.trail or (self._main(),)
        if self.engine.state(before).is_menu:
            self._leave()
        else:
            self.stands = before
        self._ask(before, tuple(trail))

    def _go_home(self) -> None:
        self._ask(self._main(), ())

    def _show_where_it_stands(self) -> None:
        state = self.engine.state(self.stands)
        self._ask(self._main() if state.is_menu else self.stands, ())

    def _ask(self, position: Position, trail: tuple[Position, ...]) -> None:
        self._show(ask(self.turn, position), position, trail)

    def _show(self, reply: Reply, position: Position, trail: tuple[Position, ...]) -> None:
        self.template = reply.lines[0].key
        screens = as_screens(
            reply,
            self.talk.catalogue,
            self.language,
            ends=position.state == MENU,
            home=position.state == dial_menu.MAIN,
        )
        self.shown = Shown(position, screens, 0, trail)

    def _heard_for_carriers(self, meaning: Meaning) -> bool:
        """STOP, START and HELP mean here what they mean in a text; but a "yes" answers what is on the screen."""
        if meaning.carrier is Carrier.START and "agree" in meaning.said.kinds:
            return False
        facts = self.talk.facts.about(self.turn.phone, self.turn.person, None, on_screen=True)
        opted_out = self.contact.opted_out and meaning.carrier is not Carrier.STOP
        decision = decide(meaning, None, facts, opted_out=opted_out, asked=False)
        if decision.agrees is not None:
            record = contacts.opt_in if decision.agrees else contacts.opt_out
            record(self.turn.session, self.turn.phone, "ussd", self.turn.now)
            self.stands = Position(data=self._home())
        assert decision.reply is not None  # a carrier's word alone is always answered
        self._show(decision.reply, Position(), ())
        return True

    def _can_resume(self) -> bool:
        moved_at, state = self.turn.person.moved_at, self.engine.state(self.stands)
        window = timedelta(minutes=self.talk.settings.ussd_resume_minutes)
        recent = moved_at is not None and self.turn.now < moved_at + window
        return recent and not state.is_menu

    def _over(self) -> bool:
        return self._state().name == MENU

    def _state(self) -> State[Snapshot]:
        return self.engine.state(self.shown.position)
