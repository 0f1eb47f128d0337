"""Lets phones go whose place another has taken."""

from __future__ import annotations

from typing import Final

from app.container import Container
from app.households.phones import end_replaced

END_REPLACED_PHONES: Final = "end_replaced_phones"


def end_replaced_phones(container: Container) -> int:
    with container.database.unit_of_work() as session:
        return end_replaced(session, container.clock.now())
