"""One call to a provider over HTTP, and the plain facts about it; what they mean is each adapter's to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, Final

import httpx

from app.payouts.exchanging import Exchange, note
from app.payouts.ports import Observation, ObservedStatus, SubmitOutcome, SubmitResult
from app.payouts.telling import Told

PHASES: Final = 4
"""httpx limits connecting, writing, reading and waiting for the pool, each by itself."""
LONGEST_TEXT: Final = 80


@dataclass(frozen=True)
class Answer:
    status: int
    said: dict[str, Any]
    """Empty where the body is no JSON object."""
    listed: list[Any] = field(default_factory=list)
    """The body where it is a JSON list."""

    @property
    def is_success(self) -> bool:
        return httpx.codes.is_success(self.status)

    @property
    def is_refusal(self) -> bool:
        """The provider read it and said no; a wrong key and too many calls are no such word."""
        return httpx.codes.is_client_error(self.status) and self.status not in {
            httpx.codes.UNAUTHORIZED,
            httpx.codes.FORBIDDEN,
            httpx.codes.REQUEST_TIMEOUT,
            httpx.codes.TOO_MANY_REQUESTS,
        }


@dataclass(frozen=True)
class NoAnswer:
    """Nothing was heard, or not what was asked for."""

    sent: bool
    """False only where the connection was never made."""
    code: str


class Wire:
    """A provider's address. `transport` takes the network's place in tests."""

    def __init__(
        self, api_url: str, timeout_seconds: float, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._transport = transport
        # Reads the system's certificates: once, not at every call.
        self._tls = httpx.create_ssl_context() if transport is None else False

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        content: str | None = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer | NoAnswer:
        """One request, never repeated. Never raises for what the other side or the network does."""
        asked = ""
        try:
            async with httpx.AsyncClient(
                base_url=self._api_url,
                timeout=self._timeout_seconds,
                trust_env=False,
                verify=self._tls,
                transport=self._transport,
            ) as http:
                request = http.build_request(
                    method, path, headers=headers, json=json, content=content, data=form, params=params
                )
                asked = request.content.decode(errors="replace")
                answer = await http.send(request, auth=auth)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            note(Exchange(method, path, asked, answered=type(error).__name__))
            return NoAnswer(sent=False, code=type(error).__name__)
        except httpx.HTTPError as error:
            note(Exchange(method, path, asked, answered=type(error).__name__))
            return NoAnswer(sent=True, code=type(error).__name__)
        note(Exchange(method, request.url.raw_path.decode(), asked, answer.status_code, answer.text))
        return _read(answer)


def _read(answer: httpx.Response) -> Answer:
    try:
        said = answer.json()
    except ValueError:
        said = None
    return Answer(
        answer.status_code,
        said if isinstance(said, dict) else {},
        said if isinstance(said, list) else [],
    )


def not_sent(code: str) -> SubmitResult:
    return SubmitResult(SubmitOutcome.NOT_SENT, Observation(ObservedStatus.UNCLEAR, code=code[:LONGEST_TEXT]))


def unclear(code: str, provider_reference: str | None = None) -> SubmitResult:
    return SubmitResult(SubmitOutcome.INDETERMINATE, unread(code, provider_reference))


def unread(code: str, provider_reference: str | None = None) -> Observation:
    """What an answer comes to that cannot be read as anything else."""
    return Observation(
        ObservedStatus.UNCLEAR, provider_reference=provider_reference, code=code[:LONGEST_TEXT]
    )


def without_answer(lost: NoAnswer) -> SubmitResult:
    return unclear(lost.code) if lost.sent else not_sent(lost.code)


def told(balance_minor: int | None, currency: str | None, expected: str) -> Told:
    """Our float as an answer tells it; one in another currency is no word on what we can pay."""
    if balance_minor is None:
        return Told(failure="no_balance")
    return Told(balance_minor) if currency == expected else Told(failure=f"in_{currency}"[:LONGEST_TEXT])


def untold(answer: Answer | NoAnswer) -> Told:
    return Told(failure=answer.code if isinstance(answer, NoAnswer) else f"http_{answer.status}")


def moment(value: object) -> datetime | None:
    """An ISO 8601 time; one without a zone is taken as UTC."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def text(value: object, longest: int | None = LONGEST_TEXT) -> str | None:
    """`value` if it is a text with something in it, cut at `longest` characters."""
    return value[:longest] if isinstance(value, str) and value else None


def inner(value: object) -> dict[str, Any]:
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def to_major(amount_minor: int, exponent: int) -> str:
    """`50_000` with exponent 2 as `500.00`."""
    return str(Decimal(amount_minor).scaleb(-exponent).quantize(Decimal(1).scaleb(-exponent)))


def to_minor(value: object, exponent: int, *, floored: bool = False, nearest: bool = False) -> int | None:
    """`"500.0000"` with exponent 2 as `50_000`; None for what is no amount, or would have to be rounded.

    `floored` rounds down instead: for balances, of which nobody is paid. `nearest` rounds half to even, so that many
    come out even: for fees, which are told in fractions of the minor unit.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value).replace(",", "")).scaleb(exponent)
    except InvalidOperation:
        return None
    if not amount.is_finite():
        return None
    whole = amount.to_integral_value(ROUND_HALF_EVEN if nearest else ROUND_FLOOR)
    return int(whole) if floored or nearest or amount == whole else None
