"""MTN MoMo's Disbursement, as its documentation describes it."""

from __future__ import annotations

import base64
import json
from typing import Any, ClassVar
from uuid import UUID

from tests.standins.company import Callback, Company, Payment, Reply, Request

API_USER, API_KEY, SUBSCRIPTION_KEY = "api-user-of-no-one", "api-key-of-no-one", "subscription-of-no-one"
_BASIC = "Basic " + base64.b64encode(f"{API_USER}:{API_KEY}".encode()).decode()
_TRANSFER = "/disbursement/v1_0/transfer"
_WORDS = {"processing": "PENDING", "succeeded": "SUCCESSFUL", "failed": "FAILED", "reversed": "SUCCESSFUL"}


class MomoCompany(Company):
    name: ClassVar[str] = "mtn_momo"

    def __init__(self) -> None:
        super().__init__()
        self.reason = "PAYEE_NOT_FOUND"
        """Why a transfer fails."""

    def is_payment(self, request: Request) -> bool:
        return (request.method, request.path) == ("POST", _TRANSFER)

    def answer(self, request: Request) -> Reply:
        assert request.headers["ocp-apim-subscription-key"] == SUBSCRIPTION_KEY
        assert request.headers["x-target-environment"] == "sandbox"
        if request.path == "/disbursement/token/":
            assert request.headers["authorization"] == _BASIC
            token = {"access_token": self.new_token(), "token_type": "access_token", "expires_in": 3600}
            return Reply(200, token)
        if not self.knows_token(request):
            return self.unauthorized()
        if self.is_payment(request):
            return self._transfer(request)
        if request.path == "/disbursement/v1_0/account/balance":
            return Reply(200, {"availableBalance": f"{self.float_minor / 100:.2f}", "currency": "EUR"})
        payment = self.payments.get(request.path.removeprefix(_TRANSFER + "/"))
        if payment is None or self.mood.query == "not_found":
            return Reply(404, {"code": "RESOURCE_NOT_FOUND", "message": "Requested resource was not found."})
        return Reply(200, self._data(payment))

    def callback(self, payment: Payment) -> Callback:
        return Callback(json.dumps(self._data(payment)).encode(), method="PUT")

    def unauthorized(self) -> Reply:
        return Reply(401, {"statusCode": 401, "message": "Access denied due to invalid token."})

    def unknown_word(self) -> Reply:
        return Reply(200, {"status": "LEVITATING"})

    def _transfer(self, request: Request) -> Reply:
        reference = request.headers["x-reference-id"]
        assert UUID(reference).version == 4
        if reference in self.payments:
            self.payments[reference].requests += 1
            return Reply(409, {"code": "RESOURCE_ALREADY_EXIST", "message": "Duplicated reference id."})
        said = request.said
        assert said["currency"] == "EUR"
        amount_minor = round(float(said["amount"]) * 100)
        self.take(reference, said["payee"]["partyId"], amount_minor, "EUR", external_id=said["externalId"])
        return Reply(202, b"")

    def _settle(self, payment: Payment) -> None:
        if self.mood.outcome == "short":
            self.reason = "NOT_ENOUGH_FUNDS"
            payment.status = "failed"
            self.report(payment)
            return
        super()._settle(payment)

    def _data(self, payment: Payment) -> dict[str, Any]:
        said: dict[str, Any] = {
            "amount": str(self.told_amount(payment) // 100)
            if self.told_amount(payment) % 100 == 0
            else f"{self.told_amount(payment) / 100:.2f}",
            "currency": payment.currency,
            "externalId": payment.more["external_id"],
            "payee": {"partyIdType": "MSISDN", "partyId": self.told_phone(payment)},
            "status": _WORDS[payment.status],
        }
        if payment.status == "succeeded":
            said["financialTransactionId"] = payment.provider_id
        if payment.status == "failed":
            said["reason"] = {"code": self.reason, "message": "…"}
        return said
