"""The worker is killed between every two steps of delivering texts; each person gets each text once."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select, update

from app.bootstrap import build
from app.container import Container
from app.messaging.models import OutboxMessage, OutboxStatus
from app.settings import load_settings
from tests.faults.killing import doomed_workers
from tests.standins import twilio
from tests.standins.twilio import TwilioStandin
from workers.deliver import deliver_texts

STEPS_AT_LEAST = 20


def end_all_leases(container: Container) -> None:
    """As the passing of a minute does."""
    held = OutboxMessage.leased_until.is_not(None)
    with container.database.unit_of_work() as session:
        session.execute(update(OutboxMessage).where(held).values(leased_until=datetime.now(UTC)))


def test_a_worker_killed_between_any_two_steps_loses_no_text_and_sends_none_twice(database_url: str) -> None:
    with TwilioStandin() as standin:
        given = {
            "ENVIRONMENT": "test",
            "DATABASE_URL": database_url,
            "SMS_GATEWAYS": "*=twilio",
            "SMS_PER_SENDER_PER_SECOND": "1000",
            "TWILIO_ACCOUNT_SID": twilio.ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": twilio.AUTH_TOKEN,
            "TWILIO_FROM": twilio.SENDER,
            "TWILIO_API_URL": standin.url,
        }
        container = build(load_settings(**{name.lower(): value for name, value in given.items()}))
        killed_at = 0
        with doomed_workers(["deliver_texts"], given) as workers:
            while True:
                phones = [f"+23480000{killed_at:04d}{number}" for number in range(2)]
                with container.database.unit_of_work() as session:
                    for phone in phones:
                        container.post.text(
                            session,
                            phone=phone,
                            language="en",
                            key="next.none",
                            values={},
                            now=container.clock.now(),
                        )
                killed = workers.work_until_step(killed_at + 1)
                end_all_leases(container)
                while deliver_texts(container):
                    pass
                assert [len(standin.to(phone)) for phone in phones] == [1, 1], f"killed at {killed_at + 1}"
                with container.database.unit_of_work() as session:
                    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.phone.in_(phones))).all()
                assert {row.status for row in rows} == {OutboxStatus.SENT}
                assert {row.provider_message_id for row in rows} == {
                    standin.to(phone)[0].sid for phone in phones
                }
                if not killed:
                    break
                killed_at += 1
        container.close()
        assert killed_at >= STEPS_AT_LEAST, "the steps were not found"
        assert any(request.startswith("GET") for request in standin.requests), "nothing was ever looked up"
