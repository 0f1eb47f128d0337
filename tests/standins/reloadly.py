"""Reloadly's airtime, as its documentation describes it."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from tests.standins.company import Callback, Company, Payment, Reply, Request

CLIENT_ID, CLIENT_SECRET = "client-of-no-one", "client-secret-of-no-one"
NO_OPERATOR_NUMBER = "8000000666"
_WORDS = {
    "processing": "PROCESSING",
    "succeeded": "SUCCESSFUL",
    "failed": "FAILED",
    "reversed": "REFUNDED",
}


class ReloadlyCompany(Company):
    name: ClassVar[str] = "reloadly"
    takes_back: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.operator: dict[str, Any] = {
            "operatorId": 341,
            "name": "MTN Nigeria",
            "supportsLocalAmounts": True,
            "senderCurrencyCode": "USD",
            "destinationCurrencyCode": "NGN",
        }

    def is_payment(self, request: Request) -> bool:
        return (request.method, request.path) == ("POST", "/topups-async")

    def is_question(self, request: Request) -> bool:
        return request.path.startswith("/topups/")

    def answer(self, request: Request) -> Reply:  # noqa: PLR0911 - one for each address
        if request.path == "/oauth/token":
            assert request.said["client_secret"] == CLIENT_SECRET
            return Reply(200, {"access_token": self.new_token(), "expires_in": 86400})
        if request.path.startswith("/operators/"):
            return self._operator(request.path)
        if not self.knows_token(request):
            return self.unauthorized()
        if request.path == "/accounts/balance":
            return Reply(200, {"balance": self.float_minor / 100, "currencyCode": "NGN"})
        if self.is_payment(request):
            return self._topup(request.said)
        if "startDate" in request.query:
            made = self.made(request.query["startDate"], request.query["endDate"])
            return Reply(200, {"content": [self._data(one) for one in made], "last": True})
        if request.path == "/topups/reports/transactions":
            payment = self.payments.get(request.query["customIdentifier"])
            hidden = payment is None or self.mood.query == "not_found"
            return Reply(200, {"content": [] if hidden or payment is None else [self._data(payment)]})
        return self._status(request.path.split("/")[2])

    def callback(self, payment: Payment) -> Callback:
        said = {"type": "airtime_transaction.status", "data": self._data(payment)}
        return Callback(json.dumps(said).encode())

    def unauthorized(self) -> Reply:
        return Reply(401, {"errorCode": "TOKEN_EXPIRED", "message": "The token has expired"})

    def unknown_word(self) -> Reply:
        return Reply(200, {"status": "LEVITATING", "content": [{"status": "LEVITATING"}]})

    def _operator(self, path: str) -> Reply:
        if NO_OPERATOR_NUMBER in path:
            return Reply(404, {"errorCode": "COULD_NOT_AUTO_DETECT_OPERATOR", "message": "?"})
        return Reply(200, self.operator)

    def _topup(self, said: dict[str, Any]) -> Reply:
        assert (said["operatorId"], said["useLocalAmount"]) == (341, True)
        reference = said["customIdentifier"]
        if reference in self.payments:
            self.payments[reference].requests += 1
            return Reply(400, {"errorCode": "CUSTOM_IDENTIFIER_ALREADY_USED", "message": "?"})
        if self.mood.outcome == "short":
            return Reply(400, {"errorCode": "INSUFFICIENT_BALANCE", "message": "?"})
        phone = "234" + said["recipientPhone"]["number"]
        payment = self.take(reference, phone, round(float(said["amount"]) * 100), "NGN")
        return Reply(200, {"transactionId": self._id(payment)})

    def _status(self, transaction_id: str) -> Reply:
        found = [one for one in self.payments.values() if str(self._id(one)) == transaction_id]
        if not found or self.mood.query == "not_found":
            return Reply(404, {"errorCode": "TRANSACTION_NOT_FOUND", "message": "?"})
        payment = found[0]
        said = {"code": None, "message": None, "status": _WORDS[payment.status]}
        return Reply(200, {**said, "transaction": self._data(payment)})

    def _data(self, payment: Payment) -> dict[str, Any]:
        return {
            "transactionId": self._id(payment),
            "status": _WORDS[payment.status],
            "customIdentifier": payment.reference,
            "recipientPhone": self.told_phone(payment),
            "deliveredAmount": self.told_amount(payment) / 100,
            "deliveredAmountCurrencyCode": payment.currency,
            "transactionDate": payment.at.strftime("%Y-%m-%d %H:%M:%S"),
        }

    @staticmethod
    def _id(payment: Payment) -> int:
        return int(payment.provider_id.rpartition("-")[2]) + 4_602_842
