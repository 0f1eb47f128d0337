"""What is kept of an exchange tells no secret, no name and no number."""

from __future__ import annotations

import json

import pytest

from app.payouts.exchanging import Exchange, heard, note, redacted

PHONE = "+2348000000001"


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ('{"phone": "+2348000000001", "amount": 500}', '{"phone": "***********001", "amount": 500}'),
        ('{"to": "08000000001"}', '{"to": "********001"}'),
        ('{"text": "sent to 2348000000001."}', '{"text": "sent to **********001."}'),
        ('{"PartyB": 2348000000999}', '{"PartyB": "**********999"}'),
        ('{"ReceiverPartyPublicName": "2348000000001 - Ada Obi"}', '{"ReceiverPartyPublicName": "…"}'),
        ('{"recipient": {"name": "Ada", "details": [{"account_number": "8000000001"}]}}', None),
        ('{"access_token": "s3cret", "expires_in": 3599}', '{"access_token": "…", "expires_in": 3599}'),
        ("username=us&password=s3cret&to=%2B2348000000001", None),
        ('{"reference": "0193572a6b0070008000000000000022"}', None),
        ("<html>down, call +2348000000777</html>", "<html>down, call ***********777</html>"),
        ('{"ConversationID": "AG_1"}', '{"ConversationID": "…"}'),
    ],
)
def test_nothing_that_is_nobodys_business_is_kept(body: str, kept: str | None) -> None:
    (found,) = redacted([Exchange("POST", "/pay/08000000001", body, 200, body)], PHONE, "AG_1")
    assert found["asked"] == found["answered"]
    if kept is not None:
        assert found["asked"] == kept
    for secret in ("8000000001", "Ada", "s3cret", "AG_1"):
        assert secret not in json.dumps(found, ensure_ascii=False)
    assert ("0193572a6b00" in body) == ("0193572a6b00" in found["asked"])


def test_only_what_is_noted_while_somebody_listens_is_kept() -> None:
    one = Exchange("GET", "/", "")
    note(one)
    with heard() as exchanges:
        note(one)
    assert exchanges == [one]
