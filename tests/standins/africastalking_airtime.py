"""Africa's Talking's airtime, as its documentation describes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlencode

from tests.standins.company import Callback, Company, Payment, Reply, Request

USERNAME = "sandbox"
KEY = "airtime-key-of-no-one"
SECRET = "secret-of-africastalkings-addresses"
ADDRESS = f"/webhooks/africastalking/{SECRET}"
DUPLICATE = {
    "errorMessage": "A duplicate request was received within the last 5 minutes",
    "numSent": 0,
    "totalAmount": "0",
    "totalDiscount": "0",
    "responses": [],
}
_WORDS = {"processing": "Sent", "succeeded": "Success", "failed": "Failed", "reversed": "Success"}


class AirtimeCompany(Company):
    name: ClassVar[str] = "africastalking"

    def __init__(self) -> None:
        super().__init__()
        self.asks_first = False
        """Whether a validation callback is set."""
        self.ask: Callable[[Callback], str] = lambda _: "Failed"
        self.tells_more = False
        """Whether the answer about a transaction has the payment in it, as its older description has."""

    def is_payment(self, request: Request) -> bool:
        return (request.method, request.path) == ("POST", "/version1/airtime/send")

    def answer(self, request: Request) -> Reply:
        if request.headers.get("apikey") != KEY:
            return self.unauthorized()
        if self.is_payment(request):
            return self._send(request)
        if request.path == "/version1/user":
            assert request.query["username"] == USERNAME
            return Reply(200, {"UserData": {"balance": f"NGN {self.float_minor / 100:.4f}"}})
        assert request.path == "/query/transaction/find"
        assert request.query["username"] == USERNAME
        found = [one for one in self.payments.values() if one.provider_id == request.query["transactionId"]]
        if not found or self.mood.query == "not_found":
            return Reply(200, {"status": "Failed", "errorMessage": "Transaction not found"})
        payment = found[0]
        if not self.tells_more:
            return Reply(200, {"status": _WORDS[payment.status]})
        data = {
            "transactionId": payment.provider_id,
            "status": _WORDS[payment.status],
            "value": self._value(payment),
            "destination": self.told_phone(payment),
        }
        return Reply(200, {"status": "Success", "data": data})

    def callback(self, payment: Payment) -> Callback:
        said = {
            "requestId": payment.provider_id,
            "status": _WORDS[payment.status],
            "phoneNumber": self.told_phone(payment),
            "value": self._value(payment),
            "discount": f"{payment.currency} 0.0000",
            "description": "Airtime",
        }
        return Callback(urlencode(said).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    def validation(self, payment: Payment) -> Callback:
        said = {
            "transactionId": f"validation-{payment.provider_id}",
            "phoneNumber": payment.phone,
            "sourceIpAddress": "127.0.0.1",
            "currencyCode": payment.currency,
            "amount": payment.amount_minor / 100,
        }
        return Callback(json.dumps(said).encode(), path=f"{ADDRESS}/airtime-validation")

    def unauthorized(self) -> Reply:
        return Reply(401, b"The supplied authentication is invalid")

    def unknown_word(self) -> Reply:
        return Reply(200, {"status": "Levitating", "errorMessage": "None"})

    def _send(self, request: Request) -> Reply:
        assert request.form["username"] == USERNAME
        (recipient,) = json.loads(request.form["recipients"])
        key = request.headers["idempotency-key"]
        if key in self.payments:
            self.payments[key].requests += 1
            return Reply(200, DUPLICATE)
        currency, amount = recipient["amount"].split(" ")
        if self.mood.outcome == "short":
            return self._answered(recipient, "Failed", "Insufficient balance", "None")
        payment = self.take(key, recipient["phoneNumber"], round(float(amount) * 100), currency)
        if self.asks_first and self.ask(self.validation(payment)) != "Validated":
            del self.payments[key]
            return self._answered(recipient, "Failed", "Validation failed", "None")
        return self._answered(recipient, "Sent", "None", payment.provider_id)

    @staticmethod
    def _answered(recipient: dict[str, Any], status: str, error: str, request_id: str) -> Reply:
        one = {**recipient, "status": status, "errorMessage": error, "requestId": request_id}
        sent = int(status == "Sent")
        body = {"errorMessage": "None", "numSent": sent, "totalAmount": recipient["amount"]}
        return Reply(201, {**body, "totalDiscount": "0", "responses": [{**one, "discount": "0"}]})

    def _value(self, payment: Payment) -> str:
        return f"{payment.currency} {self.told_amount(payment) / 100:.4f}"
