"""The pretend payment company itself: it keeps payments, credits phones, settles later and calls back.

It behaves like a real one, its moods included; `Switches` sets them. It counts how often each reference was
credited, so that a test can ask the only question that matters. Its time is real time.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Literal, get_args, get_type_hints

import httpx
import structlog

from app.adapters.payments.standin import SIGNATURE_HEADER, signature
from app.errors import InvalidInput, NotFound
from app.kernel.ids import new_id

TICK_SECONDS: Final = 0.05
CALLBACK_TIMEOUT_SECONDS: Final = 10
CALLBACK_TRIES: Final = 5
ACCEPTED: Final = 202
SMALLEST_MINOR, LARGEST_MINOR = 1_000, 5_000_000

log = structlog.get_logger()


@dataclass(frozen=True)
class Switches:
    """The company's moods. All are kept with its payments."""

    answer_seconds: float = 0.0
    """How long it thinks before it answers a payment."""
    settle_seconds: float = 1.0
    """How long after that the phone is credited."""
    outcome: Literal["succeed", "fail", "never_settle"] = "succeed"
    submit: Literal["answer", "drop_before", "drop_after", "error_before", "error_after", "garble"] = "answer"
    """`…_before`: nothing was taken; `…_after`: it was, and the answer is lost or a 500."""
    query: Literal["answer", "error", "not_found"] = "answer"
    callback: Literal["once", "never", "before_answer", "twice", "unsigned"] = "once"
    duplicates: Literal["same_answer", "refused", "pay_again"] = "same_answer"
    report: Literal["truth", "wrong_amount", "wrong_currency", "wrong_phone"] = "truth"
    """What it says of a payment that went through."""
    float_minor: int | None = None
    """What is left on our account with it; None = plenty."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any] | None
    """None = the connection is cut instead."""
    garbled: bool = False


class PaymentCompany:
    """One account. `callback_url` is where it reports; it signs with the account's key."""

    def __init__(self, *, key: str, callback_url: str | None = None, path: str = ":memory:") -> None:
        self._key = key
        self._callback_url = callback_url
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("""
            CREATE TABLE IF NOT EXISTS payments (
                reference TEXT PRIMARY KEY, id TEXT, phone TEXT, amount_minor INTEGER, currency TEXT,
                status TEXT, code TEXT, settles_at REAL, requests INTEGER, credits INTEGER);
            CREATE TABLE IF NOT EXISTS switches (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT);
            CREATE TABLE IF NOT EXISTS callbacks (
                id INTEGER PRIMARY KEY, body TEXT, signed INTEGER, tries INTEGER, due_at REAL);
        """)
        kept = self._db.execute("SELECT value FROM switches").fetchone()
        self._switches = Switches(**json.loads(kept["value"])) if kept else Switches()
        self._http = httpx.Client(timeout=CALLBACK_TIMEOUT_SECONDS, trust_env=False)
        self._closing = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="payment-company", daemon=True)
        self._ticker.start()

    def close(self) -> None:
        self._closing.set()
        self._ticker.join()
        self._http.close()
        self._db.close()

    def allows(self, authorization: str) -> bool:
        return authorization == f"Bearer {self._key}"

    @property
    def switches(self) -> Switches:
        with self._lock:
            return self._switches

    def set_switches(self, changes: dict[str, Any]) -> Switches:
        """Raises `InvalidInput` for a switch or a position that does not exist."""
        hints = get_type_hints(Switches)
        for name, value in changes.items():
            if name not in {field.name for field in fields(Switches)}:
                raise InvalidInput(name, "There is no such switch.")
            positions = get_args(hints[name])
            if positions and isinstance(positions[0], str) and value not in positions:
                raise InvalidInput(name, f"One of {', '.join(positions)}.")
        with self._lock:
            self._switches = replace(self._switches, **changes)
            self._db.execute(
                "INSERT INTO switches VALUES (1, :value) ON CONFLICT (id) DO UPDATE SET value = :value",
                {"value": json.dumps(asdict(self._switches))},
            )
            return self._switches

    def pay(self, said: object) -> Answer:
        """Take a payment, as `POST /v1/airtime` does, in whatever mood it is in."""
        switches = self.switches
        if switches.submit == "drop_before":
            return Answer(0, None)
        if switches.submit == "error_before":
            return Answer(503, {"code": "try_again"})
        answer = self._take(said, switches)
        if switches.callback == "before_answer" and answer.status == ACCEPTED:
            self._settle_due(everything=True)
            self._call_back()
        if switches.submit == "drop_after":
            return Answer(0, None)
        if switches.submit == "error_after":
            return Answer(500, {"code": "internal"})
        return replace(answer, garbled=switches.submit == "garble")

    def payment(self, reference: str) -> Answer:
        """As `GET /v1/airtime/{reference}` does."""
        switches = self.switches
        if switches.query == "error":
            return Answer(503, {"code": "try_again"})
        self._settle_due()
        with self._lock:
            row = self._row(reference)
        if row is None or switches.query == "not_found":
            return Answer(404, {"code": "not_found"})
        return Answer(200, self._told(row))

    def reverse(self, reference: str) -> None:
        """Take a payment back and say so. Raises `NotFound`."""
        with self._lock:
            self._known(reference)
            self._db.execute("UPDATE payments SET status = 'reversed' WHERE reference = ?", (reference,))
            self._queue_callback(reference)

    def credits(self) -> dict[str, int]:
        """How often each reference's phone was credited."""
        with self._lock:
            return {
                row["reference"]: row["credits"]
                for row in self._db.execute("SELECT * FROM payments ORDER BY rowid")
            }

    def idle(self) -> bool:
        """Nothing is left to settle or to report."""
        with self._lock:
            waiting = self._db.execute(
                "SELECT (SELECT count(*) FROM callbacks) + (SELECT count(*) FROM payments"
                " WHERE status = 'processing' AND settles_at IS NOT NULL)"
            ).fetchone()
            return not waiting[0]

    def _take(self, said: object, switches: Switches) -> Answer:
        wrong = _objection(said)
        if wrong is not None or not isinstance(said, dict):
            return Answer(422, {"code": wrong})
        reference, amount = said["reference"], said["amount_minor"]
        with self._lock:
            row = self._row(reference)
            if row is not None:
                self._db.execute(
                    "UPDATE payments SET requests = requests + 1, credits = credits + ? WHERE reference = ?",
                    (int(switches.duplicates == "pay_again"), reference),
                )
                refused = switches.duplicates == "refused"
                return (
                    Answer(409, {"code": "duplicate_reference"})
                    if refused
                    else Answer(ACCEPTED, self._told(row))
                )
            if switches.float_minor is not None:
                if switches.float_minor < amount:
                    return Answer(422, {"code": "insufficient_float"})
                self.set_switches({"float_minor": switches.float_minor - amount})
            never = switches.outcome == "never_settle"
            settles_at = None if never else time.time() + switches.answer_seconds + switches.settle_seconds
            self._db.execute(
                "INSERT INTO payments VALUES (?, ?, ?, ?, ?, 'processing', NULL, ?, 1, 0)",
                (reference, f"SP{new_id().hex}", said["phone"], amount, said["currency"], settles_at),
            )
            return Answer(ACCEPTED, self._told(self._known(reference)))

    def _known(self, reference: str) -> sqlite3.Row:
        row = self._row(reference)
        if row is None:
            raise NotFound("There is no such payment.")
        return row

    def _row(self, reference: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(
            "SELECT * FROM payments WHERE reference = ?", (reference,)
        ).fetchone()
        return row

    def _told(self, row: sqlite3.Row) -> dict[str, Any]:
        """What it says of a payment, true or not."""
        told = {
            name: row[name] for name in ("reference", "id", "phone", "amount_minor", "currency", "status")
        }
        told["code"] = row["code"]
        if row["status"] == "succeeded":
            match self._switches.report:
                case "wrong_amount":
                    told["amount_minor"] += 100
                case "wrong_currency":
                    told["currency"] = "XAF"
                case "wrong_phone":
                    told["phone"] = "+2348000009999"
                case "truth":
                    pass
        return told

    def _settle_due(self, *, everything: bool = False) -> None:
        with self._lock:
            due = self._db.execute(
                "SELECT reference FROM payments WHERE status = 'processing' AND settles_at <= ?",
                (float("inf") if everything else time.time(),),
            ).fetchall()
            for row in due:
                failed = self._switches.outcome == "fail"
                self._db.execute(
                    "UPDATE payments SET status = ?, code = ?, credits = credits + ? WHERE reference = ?",
                    (
                        "failed" if failed else "succeeded",
                        "network_refused" if failed else None,
                        int(not failed),
                        row["reference"],
                    ),
                )
                self._queue_callback(row["reference"])

    def _queue_callback(self, reference: str) -> None:
        mode = self._switches.callback
        row = self._row(reference)
        if self._callback_url is None or mode == "never" or row is None:
            return
        for _ in range(2 if mode == "twice" else 1):
            self._db.execute(
                "INSERT INTO callbacks (body, signed, tries, due_at) VALUES (?, ?, 0, 0)",
                (json.dumps(self._told(row)), int(mode != "unsigned")),
            )

    def _call_back(self) -> None:
        with self._lock:
            due = self._db.execute(
                "SELECT * FROM callbacks WHERE due_at <= ? ORDER BY id", (time.time(),)
            ).fetchall()
        for row in due:
            heard = self._report(row["body"].encode(), signed=bool(row["signed"]))
            with self._lock:
                if heard or row["tries"] + 1 >= CALLBACK_TRIES:
                    self._db.execute("DELETE FROM callbacks WHERE id = ?", (row["id"],))
                else:
                    again_at = time.time() + 2.0 ** row["tries"]
                    self._db.execute(
                        "UPDATE callbacks SET tries = tries + 1, due_at = ? WHERE id = ?",
                        (again_at, row["id"]),
                    )

    def _report(self, body: bytes, *, signed: bool) -> bool:
        assert self._callback_url is not None
        headers = {"Content-Type": "application/json"}
        if signed:
            headers[SIGNATURE_HEADER] = signature(self._key, body)
        try:
            return self._http.post(self._callback_url, content=body, headers=headers).is_success
        except httpx.HTTPError as error:
            log.warning("standin.callback_failed", kind=type(error).__name__)
            return False

    def _tick(self) -> None:
        while not self._closing.wait(TICK_SECONDS):
            self._settle_due()
            self._call_back()


def _objection(said: object) -> str | None:
    match said:
        case {"reference": str(), "phone": str(phone), "amount_minor": int(amount), "currency": str()}:
            if not phone.startswith("+"):
                return "invalid_phone"
            return None if SMALLEST_MINOR <= amount <= LARGEST_MINOR else "amount_out_of_range"
        case _:
            return "malformed"
