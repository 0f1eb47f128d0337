"""Phone numbers in E.164, checked for being possible, not for their type."""

from __future__ import annotations

import re
from typing import NewType

import phonenumbers

Phone = NewType("Phone", str)

_VISIBLE_DIGITS = 3
_E164 = re.compile(r"\+[1-9]\d{7,14}")


class NotAPhone(ValueError):
    """The text is not a possible phone number."""


def parse_phone(raw: str, region: str) -> Phone:
    """`raw` as E.164; national spellings are read as numbers of `region` (ISO 3166 alpha-2).

    Raises `NotAPhone`.
    """
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException as error:
        raise NotAPhone(raw) from error
    if not phonenumbers.is_possible_number(number):
        raise NotAPhone(raw)
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def is_e164(text: str) -> bool:
    """Whether `text` looks like a phone in E.164: short codes and the names of senders do not."""
    return _E164.fullmatch(text) is not None


def national(phone: str, region: str) -> str:
    """`phone` as people of `region` would write it: 0800 000 0001."""
    number = phonenumbers.parse(phone, region)
    if number.country_code != phonenumbers.country_code_for_region(region):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def mask(phone: str) -> str:
    """`phone` with all but its last digits hidden, for logs and lists."""
    hidden = max(len(phone) - _VISIBLE_DIGITS, 0)
    return "*" * hidden + phone[hidden:]
