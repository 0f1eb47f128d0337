"""A stand-in for Africa's Talking's messaging API: answers as it does, records, and misbehaves when told to.

In a test: `with AfricasTalkingStandin() as company:` and point `AFRICASTALKING_API_URL` at `company.url`. By hand, in
a process of its own: `python -m tests.standins.africastalking PORT [WEBHOOKS]`, where WEBHOOKS is our address with
the secret (`http://127.0.0.1:8000/webhooks/africastalking/SECRET`). Then `GET /_texts` lists what it took,
`POST /_faults` with a JSON list of faults (`[{"code": 406}, {"status": 503, "take": true}]`) has it misbehave,
`POST /_text` with `{"phone": …, "body": …}` delivers a text to us, and texts it takes are reported on.
Shapes: Africa's Talking's "Sending SMS" and "SMS Notifications".
"""

from __future__ import annotations

import json
import secrets
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.standins.listening import Listening, Server

USERNAME = "sandbox"
API_KEY = "standin-api-key-of-no-one"
SENDER = "20880"
STATUS_OF = {
    100: "Processed",
    101: "Success",
    102: "Queued",
    401: "RiskHold",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}


@dataclass(frozen=True)
class Taken:
    """A text that the stand-in accepted."""

    message_id: str
    phone: str
    body: str
    sender: str
    form: dict[str, str]


@dataclass(frozen=True)
class Fault:
    """What to do with the next text instead of taking it and saying so."""

    code: int = 0
    """Answer with this code for the recipient; 0 = as `status` and `body` say."""
    status: int = 0
    """Answer with this HTTP status; 0 = hang up without an answer, or the usual one where there is a code."""
    body: str = ""
    take: bool = False
    """Take the text all the same."""
    seconds: float = 0
    """Go on only after so long."""
    hold: threading.Event | None = None
    """Do not go on before this is set."""


@dataclass
class AfricasTalkingStandin(Listening):
    port: int = 0
    webhooks: str = ""
    """Our address with the secret, for reports and texts."""
    taken: list[Taken] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listen(self.port, _Handler)

    def to(self, phone: str) -> list[Taken]:
        return [text for text in self.taken if text.phone == phone]

    def report(self, text: Taken, status: str, failure_reason: str | None = None) -> int:
        """Deliver a report; the HTTP status it was answered with."""
        form = {"id": text.message_id, "status": status, "phoneNumber": text.phone, "networkCode": "62130"}
        if failure_reason:
            form["failureReason"] = failure_reason
        return self.post("delivery", form)

    def text(self, phone: str, body: str) -> int:
        """Deliver a text from `phone`; the HTTP status it was answered with."""
        form = {
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            "from": phone,
            "id": secrets.token_hex(16),
            "linkId": "",
            "text": body,
            "to": SENDER,
            "networkCode": "62130",
            "cost": "NGN 0.0000",
        }
        return self.post("sms", form)

    def post(self, path: str, form: Mapping[str, str]) -> int:
        return httpx.post(f"{self.webhooks}/{path}", data=dict(form), timeout=30).status_code


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def standin(self) -> AfricasTalkingStandin:
        return cast("AfricasTalkingStandin", cast("Server", self.server).standin)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        path = urlsplit(self.path).path
        if path == "/_faults":
            self.standin.faults.extend(Fault(**one) for one in json.loads(raw))
            self._answer(200, {"waiting": len(self.standin.faults)})
        elif path == "/_text":
            self._answer(200, {"answered": self.standin.text(**json.loads(raw))})
        elif path != "/version1/messaging":
            self._answer(404, "Not Found")
        else:
            self._send({name: values[0] for name, values in parse_qs(raw).items()})

    def do_GET(self) -> None:
        if urlsplit(self.path).path == "/_texts":
            self._answer(200, {"texts": [asdict(text) for text in self.standin.taken]})
        else:
            self._answer(404, "Not Found")

    def _send(self, form: dict[str, str]) -> None:
        if self.headers.get("apiKey") != API_KEY or form.get("username") != USERNAME:
            self._answer(401, "The supplied authentication is invalid")
            return
        self.standin.requests.append(form["to"])
        fault = self.standin.faults.popleft() if self.standin.faults else None
        if fault is None:
            self._answer(201, self._recipients(form, 101, self._take(form)))
            return
        if fault.hold is not None:
            fault.hold.wait(60)
        time.sleep(fault.seconds)
        taken = self._take(form) if fault.take or fault.code in {100, 102} else None
        if fault.code:
            self._answer(fault.status or 201, self._recipients(form, fault.code, taken))
        elif fault.status:
            self._answer(fault.status, fault.body)
        else:
            self.close_connection = True

    def _take(self, form: dict[str, str]) -> Taken:
        text = Taken(
            message_id=f"ATXid_{secrets.token_hex(16)}",
            phone=form["to"],
            body=form["message"],
            sender=form.get("from", ""),
            form=form,
        )
        self.standin.taken.append(text)
        if self.standin.webhooks:
            threading.Thread(target=_report_soon, args=(self.standin, text), daemon=True).start()
        return text

    def _recipients(self, form: dict[str, str], code: int, taken: Taken | None) -> dict[str, Any]:
        recipient = {
            "cost": "NGN 2.2000" if taken else "0",
            "messageId": taken.message_id if taken else "None",
            "number": form["to"],
            "status": STATUS_OF.get(code, "Unheard"),
            "statusCode": code,
        }
        total = f"Sent to {int(taken is not None)}/1 Total Cost: {recipient['cost']}"
        return {"SMSMessageData": {"Message": total, "Recipients": [recipient]}}

    def _answer(self, status: int, content: dict[str, Any] | str) -> None:
        plain = isinstance(content, str)
        body = str(content).encode() if plain else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if plain else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass


def _report_soon(standin: AfricasTalkingStandin, text: Taken) -> None:
    for status in ("Sent", "Success"):
        time.sleep(0.3)
        standin.report(text, status)


if __name__ == "__main__":
    webhooks = sys.argv[2] if len(sys.argv) > 2 else ""
    with AfricasTalkingStandin(port=int(sys.argv[1]), webhooks=webhooks) as standin:
        sys.stdout.write(f"{standin.url}\n")
        sys.stdout.flush()
        threading.Event().wait()
