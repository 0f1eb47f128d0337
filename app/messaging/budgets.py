"""Whether real texts stay within the parts their catalogue allows them.

Tests render every text with its longest values. A name or a note that is longer than anybody thought shows here,
and in the report of what texts cost.
"""

from __future__ import annotations

from typing import Final

import structlog

from app.conversation.catalogue import Catalogue
from app.conversation.fit import measure

log = structlog.get_logger()

_told: Final[set[tuple[str, str]]] = set()
"""Templates and languages that this process has warned of: once is enough to look at the report."""


def watch(catalogue: Catalogue, template: str, language: str, body: str) -> None:
    """Warn, once per template and language, of a text that takes more parts than its budget."""
    budget, parts = catalogue.budget(template, language), measure(body).parts
    if budget is None or parts <= budget or (template, language) in _told:
        return
    _told.add((template, language))
    log.warning("text_over_budget", template=template, language=language, parts=parts, budget_parts=budget)
