"""The bare endpoint that `benchmarks.inbound` compares with: check the signature, make the inserts, answer.

It writes the same rows as one inbound text that gets a reply, with hand-written SQL and no ORM, validation
or conversation, under the same durability. Run by `benchmarks.inbound`, as an app factory for uvicorn.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from twilio.request_validator import RequestValidator

from app.db import Database
from app.kernel.ids import new_id

PATH = "/webhooks/twilio/sms"
REPLY = "Your balance is N1,250. Reply REDEEM to spend it."
"""As long as an ordinary answer."""
TWIML = f'<?xml version="1.0" encoding="UTF-8"?><Response><Message>{REPLY}</Message></Response>'

STATEMENTS = (
    """
    INSERT INTO contacts (phone, inbound_on, inbound_count, created_at, updated_at)
    VALUES ({phone}, {day}, 1, {now}, {now})
    ON CONFLICT (phone) DO UPDATE SET
        inbound_count = contacts.inbound_count + 1, updated_at = excluded.updated_at""",
    """
    INSERT INTO inbox_messages
        (id, gateway, provider_message_id, phone, recipient, body, raw, received_at)
    VALUES ({inbox_id}, 'twilio', {sid}, {phone}, {recipient}, {body}, {raw}, {now})""",
    """
    INSERT INTO outbox_messages (id, phone, in_reply_to_id, template, language, body, encoding, parts,
        status, not_before, attempts, created_at, updated_at)
    VALUES ({outbox_id}, {phone}, {inbox_id}, 'balance', 'en', {reply}, 'gsm7', 1,
        'replied', {now}, 0, {now}, {now})""",
    """
    INSERT INTO conversations (phone, state, data, language, updated_at)
    VALUES ({phone}, 'menu', '{{}}', 'en', {now})
    ON CONFLICT (phone) DO UPDATE SET
        state = excluded.state, data = excluded.data, updated_at = excluded.updated_at""",
)
PARAMETERS = ("phone", "day", "now", "inbox_id", "outbox_id", "sid", "recipient", "body", "raw", "reply")


def create_app() -> FastAPI:
    """The bare app, on the database and token that the service would use."""
    database = Database(os.environ["WEIGHBACK_DATABASE_URL"])
    validator = RequestValidator(os.environ["WEIGHBACK_TWILIO_AUTH_TOKEN"])
    url = os.environ["WEIGHBACK_PUBLIC_URL"] + PATH
    sqlite = database.dialect == "sqlite"
    marks = {name: f":{name}" if sqlite else f"%({name})s" for name in PARAMETERS}
    statements = [statement.format_map(marks) for statement in STATEMENTS]

    def insert(form: dict[str, str]) -> None:
        values = _values(form, sqlite=sqlite)
        connection = database.engine.raw_connection()  # the pool only; statements go straight to the driver
        try:
            cursor = connection.cursor()
            if sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            for statement in statements:
                cursor.execute(statement, values)
            connection.commit()
        finally:
            connection.close()

    app = FastAPI()

    @app.post(PATH)
    async def receive(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        if not validator.validate(url, form, request.headers["X-Twilio-Signature"]):
            return Response(status_code=403)
        await run_in_threadpool(insert, form)
        return Response(TWIML, media_type="application/xml")

    return app


def _values(form: dict[str, str], *, sqlite: bool) -> dict[str, Any]:
    now = datetime.now(UTC)
    inbox_id, outbox_id = new_id(), new_id()
    return {
        "phone": form["From"],
        "day": now.date().isoformat() if sqlite else now.date(),
        "now": now.replace(tzinfo=None).isoformat(" ") if sqlite else now,
        "inbox_id": inbox_id.hex if sqlite else inbox_id,
        "outbox_id": outbox_id.hex if sqlite else outbox_id,
        "sid": form["MessageSid"],
        "recipient": form["To"],
        "body": form["Body"],
        "raw": json.dumps(form),
        "reply": REPLY,
    }
