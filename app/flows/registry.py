"""All flows together, as one engine."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from app.conversation.catalogue import Catalogue
from app.conversation.engine import Engine, Position
from app.conversation.keywords import Vocabulary
from app.conversation.states import MENU, Entry, Registry
from app.flows import (
    balance,
    dial_menu,
    dispute,
    guess,
    history,
    home,
    join,
    language,
    leave,
    menu,
    move,
    phones,
    pickup,
    pin,
    redeem,
    shop,
    voucher,
)
from app.flows.snapshot import Snapshot

TEXTS = Path(__file__).parent / "texts"

REGISTRY: Registry[Snapshot] = Registry(
    states=(
        *home.STATES,
        *join.STATES,
        *redeem.STATES,
        *dispute.STATES,
        *language.STATES,
        *leave.STATES,
        *move.STATES,
        *phones.STATES,
        *pin.STATES,
        *shop.STATES,
        *menu.STATES,
        *guess.STATES,
        *dial_menu.STATES,
    ),
    entries=(
        *home.ENTRIES,
        *join.ENTRIES,
        *pickup.ENTRIES,
        *balance.ENTRIES,
        *redeem.ENTRIES,
        *dispute.ENTRIES,
        *history.ENTRIES,
        *language.ENTRIES,
        *leave.ENTRIES,
        *move.ENTRIES,
        *phones.ENTRIES,
        *pin.ENTRIES,
        *shop.ENTRIES,
        *voucher.ENTRIES,
        *menu.ENTRIES,
    ),
)


def command_of(position: Position) -> str | None:
    """The command that began what `position` asks about; None where several could have."""
    if "command" in position.data:
        return position.data["command"]
    beginning = [entry.command for entry in REGISTRY.entries.values() if position.state in _led_to(entry)]
    return beginning[0] if len(beginning) == 1 else None


def _led_to(entry: Entry[Snapshot]) -> set[str]:
    seen, todo = {MENU}, set(entry.targets)
    while todo := todo - seen:
        seen |= todo
        todo = {target for name in todo for target in REGISTRY.states[name].targets}
    return seen - {MENU}


def vocabulary(catalogue: Catalogue) -> Vocabulary:
    """The command words of all languages of `catalogue`. Raises `ConfigurationError` for words that clash."""
    return Vocabulary(
        catalogue,
        with_rest=(entry.command for entry in REGISTRY.entries.values() if entry.takes_rest),
        done_if_guessed=guess.DONE_IF_GUESSED,
        done_if_long=guess.DONE_IF_LONG,
        small_talk=menu.SMALL_TALK,
    )


@lru_cache(maxsize=8)
def engine(catalogue: Catalogue) -> Engine[Snapshot]:
    """The engine for the languages of `catalogue`, made once: neither ever changes. Raises `ConfigurationError` for command words that clash."""
    return Engine(vocabulary(catalogue), REGISTRY)
