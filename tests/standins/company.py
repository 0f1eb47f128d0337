"""What all the stand-ins of payment companies have in common: an account, its moods, and who was credited how often.

A stand-in is one file per company that speaks the company's own language over `answer`. It is spoken to in this
process (`InProcess`) or over a real socket (`python -m tests.standins NAME PORT`). Its time is whoever calls
`settle`: nothing waits.
"""

from __future__ import annotations

import abc
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

import anyio.to_thread
import httpx


@dataclass(frozen=True)
class Mood:
    submit: Literal[
        "answer",
        "unreachable",
        "drop_before",
        "drop_before_once",
        "drop_after",
        "drop_after_once",
        "error_before",
        "error_after",
        "garble",
        "slow",
        "unauthorized_once",
        "unknown_word",
    ] = "answer"
    """`…_before`: nothing was taken; `…_after`: it was, and the answer is lost or a 500; `…_once`: only the first time."""
    outcome: Literal["succeed", "fail", "never_settle", "succeed_then_reverse", "short"] = "succeed"
    query: Literal["answer", "error", "not_found", "unknown_word"] = "answer"
    callback: Literal[
        "once", "never", "before_answer", "twice", "out_of_order", "contradicting", "forged"
    ] = "once"
    report: Literal["truth", "wrong_amount", "wrong_phone"] = "truth"
    token: Literal["lasts", "expires"] = "lasts"
    """`expires`: the provider takes each token for one call only, whatever it said of its life."""


@dataclass
class Payment:
    reference: str
    provider_id: str
    phone: str
    amount_minor: int
    currency: str
    status: Literal["processing", "succeeded", "failed", "reversed"] = "processing"
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    requests: int = 1
    credits: int = 0
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        said = json.loads(self.body or b"{}")
        assert isinstance(said, dict)
        return said

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any = None

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Callback:
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    path: str | None = None
    """Below our address; None = the address of payments' callbacks."""


class Cut(Exception):
    """The connection ends without an answer."""


_NUMBERS = itertools.count(1)
"""No two payments have one id, whoever's account they are in."""

Send = Callable[[Callback], int]
"""Calls us back and returns the HTTP status."""


class Company(abc.ABC):
    """One account with one company."""

    name: ClassVar[str]
    takes_back: ClassVar[bool] = False
    """Whether it can take a payment back after it said that it was made."""

    def __init__(self) -> None:
        self.mood = Mood()
        self.payments: dict[str, Payment] = {}
        self.waiting: list[Callback] = []
        self.float_minor = 100_000_000
        """What our account with it holds."""
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.send: Send | None = None
        """Where callbacks go that come before an answer."""
        self._done_once = False
        self._tokens: dict[str, int] = {}
        """Calls that each token was used for."""

    @abc.abstractmethod
    def answer(self, request: Request) -> Reply:
        """Speak the company's language; `KeyError` = there is no such address."""

    @abc.abstractmethod
    def is_payment(self, request: Request) -> bool: ...

    @abc.abstractmethod
    def callback(self, payment: Payment) -> Callback:
        """What it reports of a payment as it stands."""

    @abc.abstractmethod
    def unauthorized(self) -> Reply: ...

    @abc.abstractmethod
    def unknown_word(self) -> Reply:
        """An answer in a word that no documentation has."""

    def forged(self, callback: Callback) -> Callback:
        """The same from somebody who does not know the secret part of our address."""
        return replace(callback, path=f"/webhooks/payments/{self.name}/guessed")

    def handle(self, request: Request) -> Reply:
        """Raises `Cut`."""
        if self.is_payment(request):
            return self._pay(request)
        if self.is_question(request) and self.mood.query == "error":
            return Reply(503, {"error": "try again"})
        if self.is_question(request) and self.mood.query == "unknown_word":
            return self.unknown_word()
        return self.answer(request)

    def _pay(self, request: Request) -> Reply:
        if self.mood.submit == "drop_before":
            raise Cut
        if self.mood.submit == "drop_before_once" and self._for_the_first_time():
            raise Cut
        if self.mood.submit == "error_before":
            return Reply(503, b"<html>no healthy upstream</html>")
        if self.mood.submit == "unauthorized_once" and self._for_the_first_time():
            return self.unauthorized()
        reply = self.answer(request)
        if self.mood.callback == "before_answer":
            self.settle()
            self.call_back()
        if self.mood.submit in {"drop_after", "slow"}:
            raise Cut
        if self.mood.submit == "drop_after_once" and self._for_the_first_time():
            raise Cut
        spoilt = {
            "error_after": Reply(500, {"error": "internal"}),
            "garble": Reply(reply.status, b"<html>Bad gateway</html>"),
            "unknown_word": self.unknown_word(),
        }
        return spoilt.get(self.mood.submit, reply)

    def _for_the_first_time(self) -> bool:
        before, self._done_once = self._done_once, True
        return not before

    def is_question(self, request: Request) -> bool:
        return request.method == "GET"

    def new_token(self) -> str:
        token = f"token-{len(self._tokens) + 1}"
        self._tokens[token] = 0
        return token

    def knows_token(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self._tokens or (self.mood.token == "expires" and self._tokens[token]):
            return False
        self._tokens[token] += 1
        return True

    def take(self, reference: str, phone: str, amount_minor: int, currency: str, **more: Any) -> Payment:
        """A payment that is new to it."""
        provider_id = f"{self.name}-{next(_NUMBERS)}"
        payment = Payment(
            reference, provider_id, phone, amount_minor, currency, at=self.now(), more=dict(more)
        )
        self.payments[reference] = payment
        return payment

    def settle(self) -> None:
        """Bring everything that was taken to its end, and queue what it reports of it."""
        for payment in list(self.payments.values()):
            if payment.status == "processing":
                self._settle(payment)
            elif (
                self.takes_back
                and payment.status == "succeeded"
                and self.mood.outcome == "succeed_then_reverse"
            ):
                payment.status = "reversed"
                self.report(payment)

    def _settle(self, payment: Payment) -> None:
        match self.mood.outcome:
            case "never_settle":
                return
            case "fail":
                payment.status = "failed"
            case _:
                if self.mood.callback == "out_of_order":
                    late = self.callback(payment)
                payment.status = "succeeded"
                payment.credits += 1
        self.report(payment)
        if self.mood.callback == "out_of_order" and payment.status == "succeeded":
            self.waiting.append(late)

    def report(self, payment: Payment) -> None:
        callback = self.callback(payment)
        match self.mood.callback:
            case "never":
                return
            case "forged":
                self.waiting.append(self.forged(callback))
            case "twice":
                self.waiting += [callback, callback]
            case "contradicting":
                self.waiting += [callback, self.callback(replace(payment, status="failed"))]
            case _:
                self.waiting.append(callback)

    def call_back(self) -> list[int]:
        """Send what is waiting; the statuses that we answered with."""
        due, self.waiting = self.waiting, []
        return [self.send(callback) for callback in due] if self.send else []

    def told_amount(self, payment: Payment) -> int:
        wrong = self.mood.report == "wrong_amount" and payment.status == "succeeded"
        return payment.amount_minor + 100 * wrong

    def told_phone(self, payment: Payment) -> str:
        wrong = self.mood.report == "wrong_phone" and payment.status == "succeeded"
        return payment.phone[:-3] + "999" if wrong else payment.phone

    def made(self, since: str, until: str) -> list[Payment]:
        """The payments of a statement."""
        return [one for one in self.payments.values() if _moment(since) <= one.at < _moment(until)]

    def credits(self) -> dict[str, int]:
        """How often each reference's phone was credited."""
        return {payment.reference: payment.credits for payment in self.payments.values()}


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class InProcess(httpx.AsyncBaseTransport):
    """The network between an adapter and a stand-in, without one."""

    def __init__(self, company: Company) -> None:
        self._company = company

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._company.mood.submit == "unreachable":
            raise httpx.ConnectError("refused", request=request)
        parts = urlsplit(str(request.url))
        asked = Request(
            request.method,
            parts.path,
            {name: values[0] for name, values in parse_qs(parts.query).items()},
            {name.lower(): value for name, value in request.headers.items()},
            await request.aread(),
        )
        try:
            reply = await anyio.to_thread.run_sync(self._company.handle, asked)
        except Cut:
            lost = httpx.ReadTimeout if self._company.mood.submit == "slow" else httpx.RemoteProtocolError
            raise lost("no answer", request=request) from None
        return httpx.Response(reply.status, content=reply.raw, request=request)
