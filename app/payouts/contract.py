"""What every `PaymentProvider` must hold to, as tests that any package can run on its own.

Needs nothing but a test runner that collects classes named `Test…`, such as pytest:

    class TestMine(WireContract):
        def provider(self, api_url: str) -> PaymentProvider:
            return Mine(api_url=api_url, key="made-up", currency="NGN", timeout_seconds=1)

`ProviderContract` is for providers that speak to nobody, `WireContract` for those that speak HTTP.
"""

from __future__ import annotations

import abc
import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final, TypeVar

from app.kernel.ids import new_id
from app.payouts.ports import (
    AuthLevel,
    CannotPay,
    Instruction,
    ObservedStatus,
    PaymentProvider,
    SubmitOutcome,
)
from app.payouts.telling import BalanceTeller, StatementFailed, StatementTeller

NOWHERE: Final = "http://127.0.0.1:9"
NO_CALLBACKS: Final = (b"", b"null", b"[]", b"{}", b'{"reference": 5}', b"\xff\xfe", b"<a/>", b"1")
UNREADABLE: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n<a/>",
    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]",
    b'HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"status": 7}',
    b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{",
    b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n",
    b"HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\n<a/>",
    b"HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n",
    b"",
)
"""Answers that say nothing of any payment."""
_CLEAR = frozenset({SubmitOutcome.ACCEPTED, SubmitOutcome.SETTLED})

_T = TypeVar("_T")


class ProviderContract(abc.ABC):
    phone: ClassVar[str] = "+2348000000001"
    amount_minor: ClassVar[int] = 50_000

    @abc.abstractmethod
    def provider(self, api_url: str) -> PaymentProvider:
        """A new one whose every call goes to `api_url`."""

    def test_the_same_attempt_is_planned_the_same_and_each_has_a_reference_of_its_own(self) -> None:
        made = self.provider(NOWHERE)
        first, second = new_id(), new_id()
        assert made.plan(self._wish(made), first) == self.provider(NOWHERE).plan(self._wish(made), first)
        references = {made.plan(self._wish(made), one).reference for one in (first, second)}
        assert len(references) == len({first, second})
        for reference in references:
            assert re.fullmatch(made.capabilities.reference_pattern, reference)

    def test_no_amount_beyond_its_limits_and_no_other_currency_is_ever_planned(self) -> None:
        made = self.provider(NOWHERE)
        limits = made.capabilities
        beyond = [limits.minimum_minor - limits.step_minor, limits.maximum_minor + limits.step_minor]
        for amount in beyond + [self.amount_minor + 1] * (limits.step_minor > 1):
            self._cannot_pay(made, Instruction(self.phone, amount, limits.currency))
        self._cannot_pay(made, Instruction(self.phone, self.amount_minor, "XTS"))

    def test_what_is_no_callback_is_refused(self) -> None:
        made = self.provider(NOWHERE)
        for body in NO_CALLBACKS:
            try:
                seen = made.parse_callback(body)
            except ValueError:
                continue
            raise AssertionError(f"{body!r} was read as {seen}")

    def test_a_callback_that_nothing_vouches_for_is_no_answer(self) -> None:
        made = self.provider(NOWHERE)
        for body in (b"", b"{}"):
            assert made.authenticate({}, body, None) < AuthLevel.SIGNED
            assert made.authenticate({}, body, "127.0.0.1") < AuthLevel.SIGNED

    def _wish(self, made: PaymentProvider) -> Instruction:
        return Instruction(self.phone, self.amount_minor, made.capabilities.currency)

    @staticmethod
    def _cannot_pay(made: PaymentProvider, wish: Instruction) -> None:
        try:
            planned = made.plan(wish, new_id())
        except CannotPay:
            return
        raise AssertionError(f"{wish} was planned as {planned}")


class WireContract(ProviderContract):
    def test_a_connection_that_was_never_made_is_told_as_such(self) -> None:
        made = self.provider(NOWHERE)
        request = made.plan(self._wish(made), new_id())
        assert asyncio.run(made.submit(request)).outcome is SubmitOutcome.NOT_SENT
        assert asyncio.run(made.query(request, "theirs-1")).status is ObservedStatus.UNCLEAR

    def test_an_answer_that_cannot_be_read_is_neither_success_nor_failure(self) -> None:
        for raw in UNREADABLE:
            asyncio.run(_at(raw, self._submit_and_query))

    @staticmethod
    async def _ask_about_the_account(made: PaymentProvider) -> None:
        """Of a provider that tells what is left of our float, or has its statement asked for."""
        if isinstance(made, BalanceTeller):
            told = await made.balance()
            assert told.balance_minor is None, told
            assert told.failure, told
        if isinstance(made, StatementTeller):
            now = datetime.now(UTC)
            try:
                lines = await made.statement(now - timedelta(days=1), now)
            except StatementFailed:
                return
            raise AssertionError(f"{lines} was read as a statement")

    async def _submit_and_query(self, api_url: str) -> None:
        made = self.provider(api_url)
        request = made.plan(self._wish(made), new_id())
        result = await made.submit(request)
        assert result.outcome not in _CLEAR, result
        assert result.outcome is not SubmitOutcome.REJECTED_FINAL, result
        seen = await made.query(request, "theirs-1")
        assert seen.status is ObservedStatus.UNCLEAR, seen
        await self._ask_about_the_account(made)


async def _at(raw: bytes, ask: Callable[[str], Awaitable[_T]]) -> _T:
    """Let `ask` speak to a server on loopback whose answer to everything is `raw`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        return await ask(f"http://{host}:{port}")
