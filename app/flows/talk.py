"""What a turn is, whatever channel it comes by: who is talking, where they stand, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.conversation.catalogue import Catalogue
from app.conversation.engine import Engine, Position, Route
from app.conversation.states import Entry, Reply, Step
from app.flows import registry
from app.flows.commands import execute
from app.flows.doing import Doing
from app.flows.facts import Facts, fill
from app.flows.home import headed
from app.flows.menu import LAPSED
from app.flows.person import Person
from app.flows.snapshot import Home, Snapshot
from app.jobs import Jobs
from app.messaging.post import Post
from app.messaging.prices import Prices
from app.rewards.rules import RedemptionRules
from app.settings import Settings

LAPSED_DAYS = 7
"""So long an answer to a lapsed question is told so; after that it is a new beginning."""


class Talk:
    """All that turns have in common; made once at start."""

    def __init__(self, settings: Settings, catalogue: Catalogue, post: Post, jobs: Jobs) -> None:
        """Raises `ConfigurationError` for catalogues whose command words clash."""
        self.settings = settings
        self.catalogue = catalogue
        self.post = post
        self.jobs = jobs
        self.engine: Engine[Snapshot] = registry.engine(catalogue)
        self.facts = Facts.of(settings, catalogue)
        self.prices = Prices.of(settings)
        self.rules = RedemptionRules.of(settings)


@dataclass(frozen=True)
class Turn:
    """One text or one press of keys, inside its transaction."""

    session: Session
    talk: Talk
    phone: str
    person: Person
    id: UUID
    """What is done for it is done once, under this id."""
    now: datetime
    on_screen: bool = False


@dataclass(frozen=True)
class Answer:
    reply: Reply | None
    position: Position
    language: str | None = None
    """Set where the person chose another one."""
    home_id: UUID | None = None
    opened: frozenset[str] = frozenset()
    """The commands that were gone through."""
    secret: bool = False
    """What was said held a PIN: it is not to be kept."""


def where_it_stands(talk: Talk, person: Person, now: datetime) -> Person:
    """An old question is no longer open, nor one about a home that the phone no longer speaks for."""
    home = person.position.data.get("home")
    gone = home is not None and all(mine.reference != home for mine in person.homes)
    expires = timedelta(hours=talk.settings.conversation_expires_hours)
    if gone:
        return replace(person, position=Position(), stale=True)
    if person.moved_at is not None and person.moved_at + expires <= now:
        recent = now < person.moved_at + expires + timedelta(days=LAPSED_DAYS)
        lapsed = registry.command_of(person.position) if recent else None
        rests = Position(data={LAPSED: lapsed} if lapsed else {})
        return replace(person, position=rests, stale=person.position != Position())
    return person


def facts_for(turn: Turn, home: str | None, needs: frozenset[str]) -> Snapshot:
    """What may be looked at in this turn, about `home` where one is meant."""
    facts = turn.talk.facts.about(turn.phone, turn.person, home, on_screen=turn.on_screen)
    return fill(turn.session, facts, needs, turn.talk.rules, turn.now)


def ask(turn: Turn, position: Position) -> Reply:
    """The question that is open at `position`, again."""
    engine = turn.talk.engine
    return engine.ask(position, facts_for(turn, position.data.get("home"), engine.asks_with(position)))


def converse(turn: Turn, route: Route[Snapshot]) -> Answer:
    """Load what is needed, hear, follow wherever that leads, and do what was decided."""
    talk, opened, secret = turn.talk, set[str](), False
    while True:
        if isinstance(route.handler, Entry):
            opened.add(route.handler.command)
        secret = secret or route.secret
        facts = facts_for(turn, route.home, route.needs)
        outcome = talk.engine.run(route, facts)
        if isinstance(outcome, Step):
            break
        route = outcome
    position = Position(outcome.state, outcome.data)
    reply, language, home = outcome.reply, outcome.language, facts.home
    if outcome.action is not None:
        doing = Doing(
            turn.session,
            talk.settings,
            talk.post,
            talk.jobs,
            facts=facts,
            message_id=turn.id,
            now=turn.now,
        )
        done = execute(doing, outcome.action)
        reply = done.reply or reply
        if not done.succeeded:
            language, position = None, Position()
        reply = reply or talk.engine.ask(position, facts)
    if len(turn.person.homes) > 1:
        if getattr(outcome.action, "household_id", None) or "home" in outcome.data:
            reply = headed(reply, home)
        position = _remembering(position, home, turn.person.position)
    return Answer(reply, position, language, home.id if home else None, frozenset(opened), secret)


def _remembering(position: Position, home: Home | None, before: Position) -> Position:
    """The home that was chosen stays the one that is meant, until the conversation lapses."""
    reference = home.reference if home else before.data.get("home")
    return replace(position, data={"home": reference, **position.data}) if reference else position
