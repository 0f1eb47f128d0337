"""Texts as Twilio delivers them.

"Twilio's request to your incoming message webhook URL" names the fields. A long text comes joined, in one request
whose `NumSegments` says how many parts it had. Pictures come as `MediaUrl0`… with `NumMedia`, and with an empty
`Body` where there were no words.
"""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import quote_plus

from tests.contracts.forms.case import Case

REQUEST: Final = "Twilio, Twilio's request to your incoming message webhook URL"
COURIER: Final = "nyaruka/courier, handlers/twiml (long texts seen to come as Base64)"
ANY_PHONE: Final = "any phone can type it"


def _form(number: int, text: str, rest: str = "&NumMedia=0&NumSegments=1") -> bytes:
    return (
        f"ToCountry=NG&ToState=&SmsMessageSid=SM{number:032}&ToCity=&SmsStatus=received&FromCity=&Body={text}"
        f"&FromCountry=NG&To=%2B2348000009999&MessageSid=SM{number:032}&AccountSid=AC1&From=%2B2348000000001"
        f"&ApiVersion=2010-04-01{rest}"
    ).encode("latin-1")


LONG: Final = "PICKUP " + "please come early, the gate is blue. " * 270
SENTENCE: Final = "BALANCE please, and tell my sister: “ẹ káàbọ̀” at the door"
IN_BASE64: Final = base64.encodebytes(SENTENCE.encode()).decode()
PICTURE: Final = "&NumMedia=1&MediaContentType0=image%2Fjpeg&MediaUrl0=https%3A%2F%2Fapi.twilio.com%2FMedia%2FME1&NumSegments=1"
CASES: Final = (
    Case("a plain text", REQUEST, _form(1, "BALANCE"), "BALANCE"),
    Case(
        "a long text, joined",
        REQUEST,
        _form(2, quote_plus(LONG), "&NumMedia=0&NumSegments=63"),
        LONG,
        "",
        (LONG, "63"),
    ),
    Case("an empty text", REQUEST, _form(3, ""), "", "only read words"),
    Case(
        "a picture without words",
        REQUEST,
        _form(4, "", PICTURE),
        "",
        "only read words",
        ("https://api.twilio.com/Media/ME1", "image/jpeg"),
    ),
    Case("a picture with words", REQUEST, _form(5, "BALANCE", PICTURE), "BALANCE", kept=("image/jpeg",)),
    Case("in Base64", COURIER, _form(6, quote_plus(IN_BASE64)), SENTENCE, "", (IN_BASE64,)),
    Case("a word that is good Base64", ANY_PHONE, _form(7, "MENU"), "MENU", ""),
    Case(
        "words without spaces, as long as Base64",
        ANY_PHONE,
        _form(8, "pleasetellmemybalancenow"),
        "pleasetellmemybalancenow",
        "",
    ),
    Case("letters in Windows-1252", ANY_PHONE, _form(9, "caf%E9"), "café", ""),
    Case("a NUL in it", ANY_PHONE, _form(10, "BAL%00ANCE"), "BALANCE"),
    Case(
        "without a country or a city",
        REQUEST,
        b"MessageSid=SM11&From=%2B2348000000001&Body=BALANCE",
        "BALANCE",
    ),
    Case("answered by Twilio", REQUEST, _form(12, "STOP", "&OptOutType=STOP"), "STOP", None),
)
