"""The worker is killed between every two steps of delivering texts; each person gets each text once."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, select, update

from app.bootstrap import build
from app.container import Container
from app.messaging.models import GatewayHealth, OutboxMessage, OutboxStatus
from app.settings import load_settings
from tests.faults.killing import doomed_workers
from tests.standins import africastalking, twilio
from tests.standins.africastalking import AfricasTalkingStandin
from tests.standins.twilio import TwilioStandin
from workers.deliver import deliver_texts

STEPS_AT_LEAST = 20
STEPS_OF_A_CHAIN = range(7, 38, 5)
"""Some of them: the text that is on its way dies at every kind of step."""


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


def test_a_worker_killed_while_one_gateway_stands_in_for_another_sends_no_text_twice(
    database_url: str,
) -> None:
    """The preferred gateway takes some, loses answers, runs out of money; what it may have taken stays its own."""
    with TwilioStandin() as second, AfricasTalkingStandin() as first:
        given = {
            "ENVIRONMENT": "test",
            "DATABASE_URL": database_url,
            "SMS_GATEWAYS": "*=africastalking|twilio",
            "SMS_PER_SENDER_PER_SECOND": "1000",
            "TWILIO_ACCOUNT_SID": twilio.ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": twilio.AUTH_TOKEN,
            "TWILIO_FROM": twilio.SENDER,
            "TWILIO_API_URL": second.url,
            "AFRICASTALKING_USERNAME": africastalking.USERNAME,
            "AFRICASTALKING_API_KEY": africastalking.API_KEY,
            "AFRICASTALKING_FROM": africastalking.SENDER,
            "AFRICASTALKING_API_URL": first.url,
        }
        container = build(load_settings(**{name.lower(): value for name, value in given.items()}))
        phones: list[str] = []
        kills = 0
        with doomed_workers(["deliver_texts"], given) as workers:
            for fatal_step in STEPS_OF_A_CHAIN:
                batch = [f"+23480001{fatal_step:03d}{number}" for number in range(8)]
                phones += batch
                with container.database.unit_of_work() as session:
                    session.execute(delete(GatewayHealth))  # as if it had recovered meanwhile
                    for phone in batch:
                        container.post.text(
                            session,
                            phone=phone,
                            language="en",
                            key="next.none",
                            values={},
                            now=container.clock.now(),
                        )
                no_money = africastalking.Fault(code=405)
                first.faults.extend([africastalking.Fault(take=True), *[no_money] * 6])
                kills += workers.work_until_step(fatal_step)
                end_all_leases(container)
                while deliver_texts(container):
                    pass
                first.faults.clear()
        arrived = {phone: len(first.to(phone)) + len(second.to(phone)) for phone in phones}
        with container.database.unit_of_work() as session:
            status = {
                row.phone: row.status
                for row in session.scalars(select(OutboxMessage).where(OutboxMessage.phone.in_(phones)))
            }
        container.close()
        assert kills >= len(STEPS_OF_A_CHAIN) - 2
        assert set(arrived.values()) <= {0, 1}
        waiting = {OutboxStatus.QUEUED, OutboxStatus.UNCLEAR}
        assert {status[phone] for phone in phones if not arrived[phone]} <= waiting
        assert first.taken
        assert second.taken, "nobody ever stood in"
        assert {status[text.phone] for text in second.taken} == {OutboxStatus.SENT}
