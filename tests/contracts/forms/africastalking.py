"""Texts as Africa's Talking delivers them.

Its "SMS Notifications" names the fields `date`, `from`, `id`, `linkId` (optional), `text`, `to`, `cost` and
`networkCode`, posted as a form. It says nothing of parts: there is no field for a part's number, so that a long text
is either whole or several texts, each with an id of its own, and each is answered.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote_plus

from tests.contracts.forms.case import Case

NOTIFICATIONS: Final = "Africa's Talking, SMS Notifications"
COURIER: Final = "nyaruka/courier, handlers/africastalking (requests recorded there)"
ANY_PHONE: Final = "any phone can type it"


def _form(number: int, text: str, rest: str = "") -> bytes:
    return (
        f"linkId=03090445075804249226&text={text}&to=20880&id=00000000-0000-4000-8000-{number:012}"
        f"&date=2026-11-23T06%3A04%3A45Z&from=%2B2348000000001&networkCode=62130{rest}"
    ).encode("latin-1")


LONG: Final = "PICKUP " + "please come early, the gate is blue. " * 270
CASES: Final = (
    Case("a plain text", NOTIFICATIONS, _form(1, "BALANCE", "&cost=NGN+4.0000"), "BALANCE"),
    Case(
        "without a link, with the other spelling of the date",
        COURIER,
        b"text=BALANCE&to=20880&id=2&date=2026-11-23+06%3A04%3A45&from=%2B2348000000001",
        "BALANCE",
    ),
    Case(
        "the plus of the phone turned into a space",
        ANY_PHONE,
        _form(3, "BALANCE").replace(b"%2B", b"+"),
        "BALANCE",
    ),
    Case("an empty text", COURIER, _form(4, ""), "", "only read words"),
    Case(
        "no field for the text at all",
        COURIER,
        b"linkId=0309&to=20880&id=5&date=2026-11-23T06%3A04%3A45Z&from=%2B2348000000001",
        "",
        "only read words",
    ),
    Case("spaces and lines around the word", ANY_PHONE, _form(6, "+%0D%0A+BALANCE%0A"), " \r\n BALANCE\n"),
    Case(
        "letters in UTF-8", NOTIFICATIONS, _form(7, "%E1%BA%B8+k%C3%A1%C3%A0b%E1%BB%8D%CC%80"), "Ẹ káàbọ̀", ""
    ),
    Case("letters in Windows-1252", ANY_PHONE, _form(8, "caf%E9+%80%94BALANCE"), "café €”BALANCE", ""),
    Case("bytes that were never encoded", ANY_PHONE, _form(9, "caf\xe9"), "café", ""),
    Case("bytes of no alphabet", ANY_PHONE, _form(10, "BAL%81%FF"), "BAL\x81ÿ", ""),
    Case("a NUL in it", ANY_PHONE, _form(11, "BAL%00ANCE"), "BALANCE"),
    Case("an emoji", ANY_PHONE, _form(12, quote_plus("BALANCE 🙏🏾")), "BALANCE 🙏🏾"),
    Case("ten thousand letters", ANY_PHONE, _form(13, quote_plus(LONG)), LONG, "", (LONG,)),
    Case("a word that is good Base64", ANY_PHONE, _form(14, "MENU"), "MENU", ""),
    Case("a field twice: the last one counts", ANY_PHONE, _form(15, "RATES", "&text=BALANCE"), "BALANCE"),
    Case("a field of tomorrow", ANY_PHONE, _form(16, "BALANCE", "&partOf=3&%C3%BC="), "BALANCE", kept=("3",)),
    Case("half of a pair of surrogates", ANY_PHONE, _form(17, "BALANCE+%ED%A0%BD"), "BALANCE í\xa0½", ""),
    Case("from a name", COURIER, _form(18, "You+won").replace(b"%2B2348000000001", b"MTN"), "You won", None),
    Case(
        "from a short code",
        ANY_PHONE,
        _form(19, "You+won").replace(b"%2B2348000000001", b"32665"),
        "You won",
        None,
    ),
)
