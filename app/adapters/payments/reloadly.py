"""Reloadly airtime: top-ups of prepaid phones in most countries.

What is relied on (docs.reloadly.com: "Airtime API": authentication, operators, asynchronous top-ups, top-up status,
transaction reports, error codes):

* OAuth 2 client credentials; the audience is the API's own address. An expired token is a 401.
* The operator is looked up by phone; nothing has been bought until `POST /topups-async`, which answers with a
  transaction id and no more. Amounts are in the phone's own currency where the operator supports it; where it does
  not, and the account has another currency, we do not pay: nothing is converted by guess.
* `customIdentifier` is ours and unique. One that was used gets 400 `CUSTOM_IDENTIFIER_ALREADY_USED`, which does not mean
  refused. What an answer that was lost came to is found in the reports by it; Reloadly states no time after which one
  that is not there never arrived, and a day is beyond any request's life.
* PROCESSING, SUCCESSFUL, FAILED (not debited), REFUNDED (not delivered, or taken back, and credited to us).
* The same reports with `startDate` and `endDate`, page by page, are the statement. Nothing says of which zone their times are;
  they are taken as UTC, and the hours around a day are asked for too.
* `GET /accounts/balance` tells what our account holds, in the account's own currency.
* A call at the callback address only has us ask.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import phonenumbers
import structlog

from app.adapters.payments.reloadly_words import observation, stated
from app.adapters.payments.tokens import Tokens
from app.adapters.payments.wire import (
    PHASES,
    Answer,
    NoAnswer,
    Wire,
    inner,
    not_sent,
    text,
    to_major,
    to_minor,
    told,
    unclear,
    unread,
    untold,
    without_answer,
)
from app.payouts.ports import (
    AuthLevel,
    CannotPay,
    Capabilities,
    Duplicates,
    Instruction,
    Observation,
    ObservedStatus,
    SubmitOutcome,
    SubmitResult,
    WireRequest,
)
from app.payouts.reasons import Because
from app.payouts.telling import StatementFailed, StatementLine, Told

SMALLEST_MAJOR, LARGEST_MAJOR = 1, 1_000_000
"""Ours: each operator has its own, and refuses by `INVALID_AMOUNT_FOR_OPERATOR`."""
_ACCEPT: Final = "application/com.reloadly.topups-v1+json"
_PAGE, _MOST_PAGES = 200, 500
_DUPLICATE: Final = "CUSTOM_IDENTIFIER_ALREADY_USED"
_SHORT: Final = "INSUFFICIENT_BALANCE"
_FINAL: Final = frozenset(
    {
        _SHORT,
        "COULD_NOT_AUTO_DETECT_OPERATOR",
        "COUNTRY_NOT_SUPPORTED",
        "INACTIVE_ACCOUNT",
        "INVALID_AMOUNT",
        "INVALID_AMOUNT_FOR_OPERATOR",
        "INVALID_PHONE_NUMBER",
        "INVALID_RECIPIENT_PHONE",
        "MAX_DAILY_TRANSACTION_AMOUNT_REACHED",
        "MAX_DAILY_TRANSACTION_COUNT_REACHED",
        "OPERATOR_NOT_IN_SERVICE",
        "OPERATOR_UNAVAILABLE_OR_CURRENTLY_INACTIVE",
        "PHONE_RECENTLY_RECHARGED",
    }
)
"""Refusals of a top-up that was not begun. TOPUP_TRANSACTION_FAILED may have been, and is not here."""
_BECAUSE: Final = {
    "COULD_NOT_AUTO_DETECT_OPERATOR": Because.PHONE,
    "COUNTRY_NOT_SUPPORTED": Because.PHONE,
    "INVALID_AMOUNT": Because.AMOUNT,
    "INVALID_AMOUNT_FOR_OPERATOR": Because.AMOUNT,
    "INVALID_PHONE_NUMBER": Because.PHONE,
    "INVALID_RECIPIENT_PHONE": Because.PHONE,
    "MAX_DAILY_TRANSACTION_AMOUNT_REACHED": Because.AMOUNT,
    "MAX_DAILY_TRANSACTION_COUNT_REACHED": Because.AMOUNT,
    "PHONE_RECENTLY_RECHARGED": Because.AMOUNT,
}
"""All else is ours or theirs to mend."""

log = structlog.get_logger()


class Reloadly:
    """A `PaymentProvider`, a `BalanceTeller` and a `StatementTeller`."""

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        currency: str,
        currency_exponent: int,
        api_url: str,
        auth_url: str,
        timeout_seconds: float = 20,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._exponent = currency_exponent
        self._credentials = {
            "client_id": client_id,
            "client_secret": client_secret,
            "grant_type": "client_credentials",
            "audience": api_url.rstrip("/"),
        }
        self._wire = Wire(api_url, timeout_seconds, transport)
        self._auth_wire = Wire(auth_url, timeout_seconds, transport)
        self._tokens = Tokens(self._fetch_token)
        self.capabilities = Capabilities(
            currency=currency,
            currency_exponent=currency_exponent,
            minimum_minor=SMALLEST_MAJOR * 10**currency_exponent,
            maximum_minor=LARGEST_MAJOR * 10**currency_exponent,
            reference_pattern="[0-9a-f]{32}",
            duplicates=Duplicates.REFUSED,
            resendable=True,
            queryable_by_reference=True,
            callbacks=AuthLevel.SECRET,
            not_found_final_after=timedelta(days=1),
            timeout=timedelta(seconds=3 * PHASES * timeout_seconds),
        )

    def plan(self, instruction: Instruction, attempt_id: UUID) -> WireRequest:
        self.capabilities.check(instruction)
        phone = phonenumbers.parse(instruction.payee_phone)
        country = phonenumbers.region_code_for_country_code(phone.country_code or 0)
        if len(country) != 2 or country == "ZZ":  # noqa: PLR2004 - ISO 3166 alpha-2; ZZ and 001 are no country
            raise CannotPay("the phone is of no one country", Because.PHONE)
        reference = attempt_id.hex
        body = {
            "amount": to_major(instruction.amount_minor, self._exponent),
            "customIdentifier": reference,
            "recipientPhone": {"countryCode": country, "number": str(phone.national_number)},
        }
        return WireRequest(reference, json.dumps(body))

    async def submit(self, request: WireRequest) -> SubmitResult:
        body = json.loads(request.body)
        operator = await self._operator(body["recipientPhone"])
        if isinstance(operator, NoAnswer):
            return not_sent(f"operator:{operator.code}")
        if not operator.is_success or not isinstance(operator.said.get("operatorId"), int):
            return self._refused(request, operator, before="operator:")
        local = self._is_local(operator.said)
        if local is None:
            return _final(request, "operator:other_currency")
        topup = {**body, "operatorId": operator.said["operatorId"], "useLocalAmount": local}
        answer = await self._call("POST", "/topups-async", json=topup)
        if isinstance(answer, NoAnswer):
            return without_answer(answer)
        transaction_id = answer.said.get("transactionId")
        if answer.is_success and isinstance(transaction_id, int):
            seen = Observation(ObservedStatus.PROCESSING, request.reference, str(transaction_id))
            return SubmitResult(SubmitOutcome.ACCEPTED, seen)
        return self._refused(request, answer)

    async def query(self, request: WireRequest, provider_reference: str | None) -> Observation:
        if provider_reference is not None:
            answer = await self._call("GET", f"/topups/{provider_reference}/status")
            if isinstance(answer, NoAnswer) or not answer.is_success:
                return _unanswered(answer)
            return self._mine(request, {**answer.said, **inner(answer.said.get("transaction"))})
        answer = await self._call(
            "GET", "/topups/reports/transactions", params={"customIdentifier": request.reference}
        )
        if isinstance(answer, NoAnswer) or not answer.is_success:
            return _unanswered(answer)
        listed = answer.said.get("content")
        if not isinstance(listed, list):
            return unread("no_report")
        found = [one for one in listed if inner(one).get("customIdentifier") == request.reference]
        if not listed:
            return Observation(ObservedStatus.NOT_FOUND, request.reference, code="not_in_reports")
        return self._mine(request, found[0]) if len(found) == 1 else unread("ambiguous_report")

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes, peer_ip: str | None) -> AuthLevel:  # noqa: ARG002 - nothing of it is relied on
        return AuthLevel.SECRET

    def parse_callback(self, raw_body: bytes) -> list[Observation]:
        said = inner(json.loads(raw_body))
        data = inner(said.get("data")) or said
        if text(data.get("customIdentifier")) is None:
            raise ValueError("a callback names the top-up")
        return [observation(data, self.capabilities)]

    async def balance(self) -> Told:
        answer = await self._call("GET", "/accounts/balance")
        if isinstance(answer, NoAnswer) or not answer.is_success:
            return untold(answer)
        amount = to_minor(answer.said.get("balance"), self._exponent, floored=True)
        return told(amount, text(answer.said.get("currencyCode")), self.capabilities.currency)

    async def statement(self, since: datetime, until: datetime) -> list[StatementLine]:
        lines: list[StatementLine] = []
        period = {"startDate": _written(since), "endDate": _written(until), "size": str(_PAGE)}
        for page in range(1, _MOST_PAGES + 1):
            answer = await self._call(
                "GET", "/topups/reports/transactions", params={**period, "page": str(page)}
            )
            if isinstance(answer, NoAnswer) or not answer.is_success:
                raise StatementFailed(untold(answer).failure)
            listed = answer.said.get("content")
            if not isinstance(listed, list):
                raise StatementFailed("no_list")
            lines += [stated(inner(one), self.capabilities) for one in listed]
            if len(listed) < _PAGE or answer.said.get("last") is True:
                return lines
        raise StatementFailed("too_many_pages")

    async def _fetch_token(self) -> Answer | NoAnswer:
        return await self._auth_wire.call("POST", "/oauth/token", json=self._credentials)

    async def _operator(self, phone: Mapping[str, str]) -> Answer | NoAnswer:
        number, country = phone["number"], phone["countryCode"]
        return await self._call("GET", f"/operators/auto-detect/phone/{number}/countries/{country}")

    async def _call(
        self, method: str, path: str, *, json: object = None, params: Mapping[str, str] | None = None
    ) -> Answer | NoAnswer:
        token = await self._tokens.get()
        if isinstance(token, NoAnswer):
            return token
        headers = {"Authorization": f"Bearer {token}", "Accept": _ACCEPT}
        answer = await self._wire.call(method, path, headers=headers, json=json, params=params)
        if isinstance(answer, Answer) and answer.status == httpx.codes.UNAUTHORIZED:
            self._tokens.drop()
        return answer

    def _is_local(self, operator: Mapping[str, Any]) -> bool | None:
        """Whether the amount is told in the phone's currency; None where it could not be told in ours."""
        currency = self.capabilities.currency
        if (
            operator.get("supportsLocalAmounts") is True
            and operator.get("destinationCurrencyCode") == currency
        ):
            return True
        both = {operator.get("senderCurrencyCode"), operator.get("destinationCurrencyCode")}
        return False if both == {currency} else None

    def _refused(self, request: WireRequest, answer: Answer, before: str = "") -> SubmitResult:
        """`before` names a call that buys nothing: what fails there was provably not sent."""
        code = text(answer.said.get("errorCode")) or f"http_{answer.status}"
        if answer.is_refusal and code in _FINAL:
            return _final(request, before + code, short=code == _SHORT, because=_BECAUSE.get(code))
        if before or answer.status == httpx.codes.UNAUTHORIZED:
            return not_sent(before + code)
        if answer.is_refusal and code == _DUPLICATE:
            return SubmitResult(SubmitOutcome.DUPLICATE, unread(code))
        log.error("reloadly.unknown_answer", status=answer.status, code=code)
        return unclear(code)

    def _mine(self, request: WireRequest, said: Mapping[str, Any]) -> Observation:
        seen = observation(said, self.capabilities)
        return seen if seen.reference == request.reference else unread("other_reference")


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _final(
    request: WireRequest, code: str, *, short: bool = False, because: Because | None = None
) -> SubmitResult:
    seen = Observation(
        ObservedStatus.FAILED, request.reference, code=code, short_of_float=short, because=because
    )
    return SubmitResult(SubmitOutcome.REJECTED_FINAL, seen)


def _unanswered(answer: Answer | NoAnswer) -> Observation:
    return unread(answer.code if isinstance(answer, NoAnswer) else f"http_{answer.status}")
