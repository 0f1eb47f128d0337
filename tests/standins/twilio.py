"""A stand-in for Twilio's Messages resource: answers as Twilio does, records, and misbehaves when told to.

In a test: `with TwilioStandin() as twilio:` and point `TWILIO_API_URL` at `twilio.url`. By hand, in a process of
its own: `python -m tests.standins.twilio PORT`; then `GET /_texts` lists what it took as JSON.
Shapes: Twilio's "Messages resource" and "Outbound Message Status in Status Callbacks".
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx
from twilio.request_validator import RequestValidator

from tests.standins.listening import Listening, Server

ACCOUNT_SID = "AC" + "5" * 32
AUTH_TOKEN = "standin-auth-token-of-no-one"
SENDER = "+2348000009000"


@dataclass(frozen=True)
class Taken:
    """A text that the stand-in accepted."""

    sid: str
    phone: str
    body: str
    sender: str
    status_callback: str | None
    date_created: str


@dataclass(frozen=True)
class Fault:
    """What to do with the next message instead of taking it and saying so."""

    status: int = 0
    """Answer with this HTTP status and `code`; 0 = hang up without an answer."""
    code: int = 0
    take: bool = False
    """Take the text all the same."""
    hold: threading.Event | None = None
    """Do not go on before this is set."""


@dataclass
class TwilioStandin(Listening):
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listen(self.port, _Handler)

    def to(self, phone: str) -> list[Taken]:
        return [text for text in self.taken if text.phone == phone]

    def report(self, text: Taken, status: str, error_code: str | None = None) -> int:
        """Post a signed delivery report to the text's callback; the HTTP status it was answered with."""
        form = {"MessageSid": text.sid, "MessageStatus": status, "To": text.phone, "From": text.sender}
        if error_code:
            form["ErrorCode"] = error_code
        assert text.status_callback is not None
        return post_signed(text.status_callback, form).status_code


def post_signed(url: str, form: Mapping[str, str]) -> httpx.Response:
    """Post `form` to one of our webhooks as Twilio would, signature and all."""
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, dict(form))
    return httpx.post(url, data=dict(form), headers={"X-Twilio-Signature": signature}, timeout=30)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def standin(self) -> TwilioStandin:
        return cast("TwilioStandin", cast("Server", self.server).standin)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        if not self._admitted():
            return
        self.standin.requests.append(f"POST {self.path}")
        fault = self.standin.faults.popleft() if self.standin.faults else None
        if fault is None:
            self._answer(201, self._message(self._take(form)))
            return
        if fault.hold is not None:
            fault.hold.wait(60)
        if fault.take:
            self._take(form)
        if fault.status:
            self._refuse(fault.status, fault.code)
        else:
            self.close_connection = True

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/_texts":
            self._answer(200, {"texts": [asdict(text) for text in self.standin.taken]})
            return
        if not self._admitted():
            return
        self.standin.requests.append(f"GET {parts.path}")
        phone = parse_qs(parts.query).get("To", [""])[0]
        messages = [self._message(text) for text in reversed(self.standin.to(phone))]
        self._answer(200, {"messages": messages, "next_page_uri": None, "page": 0, "page_size": 50})

    def _admitted(self) -> bool:
        expected = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            self._refuse(401, 20003)
            return False
        if urlsplit(self.path).path != f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json":
            self._refuse(404, 20404)
            return False
        return True

    def _take(self, form: Mapping[str, str]) -> Taken:
        text = Taken(
            sid=f"SM{secrets.token_hex(16)}",
            phone=form["To"],
            body=form["Body"],
            sender=form["From"],
            status_callback=form.get("StatusCallback"),
            date_created=format_datetime(datetime.now(UTC)),
        )
        self.standin.taken.append(text)
        return text

    def _message(self, text: Taken) -> dict[str, Any]:
        return {
            "account_sid": ACCOUNT_SID,
            "api_version": "2010-04-01",
            "body": text.body,
            "date_created": text.date_created,
            "date_sent": None,
            "date_updated": text.date_created,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": text.sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": text.sid,
            "status": "queued",
            "subresource_uris": {},
            "to": text.phone,
            "uri": f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{text.sid}.json",
        }

    def _refuse(self, status: int, code: int) -> None:
        more = f"https://www.twilio.com/docs/errors/{code}"
        self._answer(status, {"code": code, "message": "refused", "more_info": more, "status": status})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass


if __name__ == "__main__":
    with TwilioStandin(port=int(sys.argv[1])) as standin:
        sys.stdout.write(f"{standin.url}\n")
        sys.stdout.flush()
        threading.Event().wait()
