"""All jobs, in the order in which a drain runs them: what makes texts comes before what sends them."""

from __future__ import annotations

from app.messaging.outbox import DELIVER_TEXTS
from workers.deliver import deliver_texts
from workers.registry import Registry

registry = Registry()
registry.job(DELIVER_TEXTS, every=10)(deliver_texts)
