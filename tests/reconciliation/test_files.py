"""Statements as people hand them in: read whatever their form, and not at all where a row cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.payouts.telling import StatementStatus
from app.reconciliation.files import COLUMNS, Reading, UnreadableStatement, read

MPESA = (
    "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,Other Party Info\n"
    "SJS1AB2C3D,2026-11-28 10:11:12,2026-11-28 10:11:12,Business Payment to Customer via API,Completed,,-500.00,"
    '"199,500.00",254708374149 - A. Name\n'
    'SJS1TOPUP0,2026-11-28 09:00:00,2026-11-28 09:00:00,Business Deposit,Completed,"200,000.00",,"200,000.00",\n'
    "SJS1AB2C3E,2026-11-28 10:11:13,,Business Payment Charge,Completed,,-15.27,199484.73,\n"
)
FILES = {
    "africastalking": "Date;Phone Number;Amount;Status;Request ID\n"
    "2026-11-28 11:11:12;+2348000000001;NGN 500.0000;Success;ATQid_1\n",
    "daraja": MPESA,
    "mtn_momo": "Id,External id,Date,Status,To,Amount,Currency\n"
    "77,3f1c,2026-11-28T11:11:12+01:00,Successful,2348000000001,500,NGN\n",
    "paystack": "\ufeffTransfer Code\tReference\tAMOUNT\tCurrency\tStatus\tCreated At\tNote\n\n"
    "TRF_1\t3f1c\t500.00\tNGN\tsuccess\t2026-11-28T10:11:12Z\tx\n",
    "reloadly": "Transaction ID,Custom Identifier,Recipient Phone,Delivered Amount,Delivered Amount Currency,"
    "Status,Transaction Date\n4602843,3f1c,2348000000001,500.00,NGN,SUCCESSFUL,28 Nov 2026 11:11:12\n",
    "standin": "reference,at,amount,status,phone,fee\n"
    "3f1c,2026-11-28T10:11:12Z,500,credited,08000000001,1.50\n",
}


def how(provider: str) -> Reading:
    if provider == "daraja":
        return Reading(provider, "KES", 2, "Africa/Nairobi", "KE")
    return Reading(provider, "NGN", 2, "Africa/Lagos", "NG")


@pytest.mark.parametrize("provider", sorted(FILES))
def test_each_provider_s_own_columns_are_read(provider: str) -> None:
    (line,) = read(FILES[provider], how(provider))
    assert (line.status, line.amount_minor) == (StatementStatus.CREDITED, 50_000)
    moment = datetime(2026, 11, 28, 7 if provider == "daraja" else 10, 11, 12, tzinfo=UTC)
    assert line.at == moment
    assert line.reference or line.provider_reference
    phones = {"daraja": "+254708374149", "paystack": None}
    assert line.payee_phone == phones.get(provider, "+2348000000001")


def test_every_provider_with_columns_is_among_the_examples() -> None:
    assert set(COLUMNS) | {"standin"} == set(FILES)


HEAD = "reference,at,amount,status\n"
GOOD = "a,2026-11-28 10:00:00,500,credited\n"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", "line 1: the file is empty"),
        ("who,when\n", "line 1: there is no column at or amount or reference"),
        (HEAD + GOOD + "b,2026-11-28 10:00:00,five,credited\n", "line 3: 'five' is no amount"),
        (HEAD + "b,2026-11-28 10:00:00,5.005,credited\n", "line 2: '5.005' is no amount"),
        (HEAD + "b,11/12/2026 10:00,5,credited\n", "line 2: '11/12/2026 10:00' is no time"),
        (HEAD + "b,2026-11-28,5,credited\n", "line 2: '2026-11-28' is no time"),
        (HEAD + "b,2026-11-28 10:00:00,5,levitating\n", "line 2: 'levitating' is none of"),
        (HEAD + ",2026-11-28 10:00:00,5,credited\n", "line 2: names no reference"),
        (HEAD + "b,2026-11-28 10:00:00\n", "line 2: '' is no amount"),
        (HEAD + 'b,"2026\n', "line 2"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_its_line(content: str, error: str) -> None:
    with pytest.raises(UnreadableStatement, match=error.replace("(", "\\(")):
        read(content, how("standin"))


def test_all_bad_rows_are_named_up_to_a_score() -> None:
    with pytest.raises(UnreadableStatement) as refused:
        read(HEAD + GOOD + "b,x,5,credited\n" * 30, how("standin"))
    assert refused.value.errors[0].startswith("line 3: ")
    assert refused.value.errors[-1] == "and 10 more"
