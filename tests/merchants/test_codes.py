"""Codes of vouchers: easy to say, and a slip of the finger is known for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.check_digits import check_digit
from app.rewards.vouchers import codes
from app.rewards.vouchers.codes import Slip

NINE = st.integers(100_000_000, 999_999_999).map(str)


def with_check(digits: str) -> str:
    return digits + check_digit(digits)


def slipped(code: str) -> str:
    return code[:-1] + str((int(code[-1]) + 1) % 10)


def test_the_check_digit_is_that_of_the_published_scheme() -> None:
    """The example that goes with the table: 572 has the check digit 4."""
    assert check_digit("572") == "4"


@given(NINE)
def test_every_single_wrong_digit_and_every_swap_of_neighbours_is_a_slip(digits: str) -> None:
    code = with_check(digits)
    assert codes.read(code) == code
    for place in range(len(code)):
        for digit in "0123456789":
            mistyped = code[:place] + digit + code[place + 1 :]
            assert codes.read(mistyped) == (code if mistyped == code else Slip.CHECK)
    for place in range(len(code) - 1):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert codes.read(swapped) == (code if swapped == code else Slip.CHECK)


def test_new_codes_are_valid_differ_and_never_begin_with_a_zero() -> None:
    made = [codes.new_code() for _ in range(500)]
    assert len(set(made)) == 500
    assert all(codes.read(code) == code and code[0] != "0" for code in made)
    assert {code[0] for code in made} == set("123456789")


@pytest.mark.parametrize(
    "written", ["{0} {1} {2}", "{0}{1}{2}", " {0}-{1}-{2}. ", "{0}/{1}/{2}", "{0}*{1}*{2}#", "{0}\n{1}\n{2}"]
)
def test_a_code_is_read_however_it_is_spaced(written: str) -> None:
    code = with_check("482193706")
    assert codes.read(written.format(*codes.spoken(code).split())) == code


def test_letters_that_look_like_digits_are_those_digits() -> None:
    code = with_check("101010101")
    assert codes.read(code.replace("1", "l").replace("0", "O")) == code


@pytest.mark.parametrize(
    ("typed", "slip"),
    [("", Slip.NONE_GIVEN), (" - ", Slip.NONE_GIVEN), ("123", Slip.LENGTH), ("rice", Slip.LENGTH),
     ("12345678901", Slip.LENGTH), ("٤٨٢١٩٣٧٠٦٥", Slip.LENGTH)],
)  # fmt: skip
def test_what_can_be_nobodys_code_is_told_apart(typed: str, slip: Slip) -> None:
    assert codes.read(typed) is slip


def test_a_code_in_a_text_is_hidden_but_for_its_tail_and_other_numbers_stay() -> None:
    code = with_check("482193706")
    text = f"Voucher {codes.spoken(code)} of N500, call 0800 000 0001 or {code}, not {slipped(code)}"
    tail = code[-4:]
    assert codes.hidden(text) == (
        f"Voucher *** *** {tail} of N500, call 0800 000 0001 or *** *** {tail}, not {slipped(code)}"
    )
