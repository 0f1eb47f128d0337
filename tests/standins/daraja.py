"""Safaricom's Daraja, as its documentation describes it: B2C payments and questions about them."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any, ClassVar

from tests.standins.company import Callback, Company, Payment, Reply, Request

CONSUMER_KEY, CONSUMER_SECRET = "consumer-of-no-one", "consumer-secret-of-no-one"
SHORTCODE, INITIATOR, CREDENTIAL = "600992", "testapi", "encrypted-password-of-no-one"
PHONE = "+254708374149"
"""Safaricom's own test phone."""
_BASIC = "Basic " + base64.b64encode(f"{CONSUMER_KEY}:{CONSUMER_SECRET}".encode()).decode()
_PAY, _ASK = "/mpesa/b2c/v3/paymentrequest", "/mpesa/transactionstatus/v1/query"
_WORDS = {"processing": "Pending", "succeeded": "Completed", "failed": "Failed", "reversed": "Completed"}


class DarajaCompany(Company):
    name: ClassVar[str] = "daraja"

    def __init__(self) -> None:
        super().__init__()
        self.result_code = "2040"
        """Of a payment that fails."""
        self.urls: dict[str, str] = {}
        """Where we asked it to call."""

    def is_payment(self, request: Request) -> bool:
        return request.path == _PAY

    def is_question(self, request: Request) -> bool:
        return request.path == _ASK

    def answer(self, request: Request) -> Reply:
        if request.path == "/oauth/v1/generate":
            assert request.headers["authorization"] == _BASIC
            assert request.query["grant_type"] == "client_credentials"
            return Reply(200, {"access_token": self.new_token(), "expires_in": "3599"})
        if not self.knows_token(request):
            return self.unauthorized()
        said = request.said
        assert (said["PartyA"], said["SecurityCredential"]) == (SHORTCODE, CREDENTIAL)
        self.urls = {name: said[name] for name in ("ResultURL", "QueueTimeOutURL")}
        return self._pay_out(said) if self.is_payment(request) else self._asked(said)

    def callback(self, payment: Payment) -> Callback:
        """The payment's own result; while there is none, that waiting for it was given up."""
        code = {"succeeded": "0", "failed": self.result_code}.get(payment.status, "1037")
        told: list[dict[str, Any]] = [
            {"Key": "TransactionAmount", "Value": self.told_amount(payment) / 100},
            {"Key": "TransactionReceipt", "Value": payment.provider_id},
            {"Key": "ReceiverPartyPublicName", "Value": f"{self.told_phone(payment)} - A. Name"},
            {"Key": "B2CUtilityAccountAvailableFunds", "Value": self.float_minor / 100},
        ]
        result = _result(payment.reference, payment.more["conversation"], code, told if code == "0" else [])
        return Callback(result, path="timeout" if payment.status == "processing" else None)

    def unauthorized(self) -> Reply:
        return Reply(
            401, {"requestId": "1", "errorCode": "401.003.01", "errorMessage": "Invalid Access Token"}
        )

    def unknown_word(self) -> Reply:
        return Reply(200, {"ResponseCode": "77", "ResponseDescription": "Levitating"})

    def _pay_out(self, said: dict[str, Any]) -> Reply:
        assert said["InitiatorName"] == INITIATOR
        reference = said["OriginatorConversationID"]
        if reference in self.payments:
            self.payments[reference].requests += 1
            duplicate = "Duplicate OriginatorConversationID."
            return Reply(500, {"requestId": "1", "errorCode": "500.002.1001", "errorMessage": duplicate})
        conversation = _conversation()
        self.take(reference, said["PartyB"], int(said["Amount"]) * 100, "KES", conversation=conversation)
        return _acknowledgement(reference, conversation)

    def _settle(self, payment: Payment) -> None:
        if self.mood.outcome == "short":
            self.result_code = "1"
            payment.status = "failed"
            self.report(payment)
            return
        super()._settle(payment)

    def _asked(self, said: dict[str, Any]) -> Reply:
        originator, conversation = f"16740-{secrets.randbelow(10**8)}-1", _conversation()
        payment = self.payments.get(said["OriginalConversationID"])
        if payment is None or self.mood.query == "not_found":
            answer = _result(originator, conversation, "2033", [])
        else:
            told: list[dict[str, Any]] = [
                {"Key": "TransactionStatus", "Value": _WORDS[payment.status]},
                {"Key": "OriginatorConversationID", "Value": payment.reference},
                {"Key": "ConversationID", "Value": payment.more["conversation"]},
                {"Key": "ReceiptNo", "Value": payment.provider_id},
                {"Key": "Amount", "Value": self.told_amount(payment) / 100},
                {"Key": "CreditPartyName", "Value": f"{self.told_phone(payment)} - A. Name"},
                {"Key": "TransactionReason"},
            ]
            answer = _result(originator, conversation, "0", told)
        self.waiting.append(Callback(answer))
        return _acknowledgement(originator, conversation)


def _conversation() -> str:
    return f"AG_20261124_{secrets.token_hex(10)}"


def _acknowledgement(originator: str, conversation: str) -> Reply:
    said = {"OriginatorConversationID": originator, "ConversationID": conversation, "ResponseCode": "0"}
    return Reply(200, {**said, "ResponseDescription": "Accept the service request successfully."})


def _result(originator: str, conversation: str, code: str, told: list[dict[str, Any]]) -> bytes:
    result = {
        "ResultType": 0,
        "ResultCode": int(code) if code.isdigit() else code,
        "ResultDesc": "…",
        "OriginatorConversationID": originator,
        "ConversationID": conversation,
        "TransactionID": "SG632NMUAB",
        "ResultParameters": {"ResultParameter": told},
    }
    return json.dumps({"Result": result}).encode()
