"""A collector's sheet as the service meets it: records with ids of their own, sent in batches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from fastapi.testclient import TestClient

from app.kernel.ids import new_id

OURS = {"X-Weighback-Sheet": "1"}


def made(kind: str, pickup: UUID, at: datetime, **what: Any) -> dict[str, Any]:
    """A record, as the sheet writes it."""
    return {
        "id": str(new_id()),
        "kind": kind,
        "pickup": str(pickup),
        "at": at.isoformat(),
        "offset": 0,
        **what,
    }


@dataclass
class Sheet:
    """The sheet of one collector in one browser."""

    browser: TestClient
    collector: UUID

    def post(self, *records: dict[str, Any], sent_at: datetime, **headers: str) -> httpx.Response:
        batch = {"collector": str(self.collector), "sent_at": sent_at.isoformat(), "records": records}
        answer: httpx.Response = self.browser.post("/route/sync", json=batch, headers={**OURS, **headers})
        return answer

    def sync(self, *records: dict[str, Any], sent_at: datetime) -> list[str]:
        """The word about each record: `accepted`, or `refused:day`."""
        answer = self.post(*records, sent_at=sent_at)
        assert answer.status_code == 200, answer.text
        answers = answer.json()["answers"]
        assert [one["id"] for one in answers] == [record["id"] for record in records]
        return [":".join(filter(None, (one["answer"], one.get("reason")))) for one in answers]
