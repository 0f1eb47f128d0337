"""All jobs, in the order in which a drain runs them: what makes texts comes before what sends them."""

from __future__ import annotations

from app.messaging.outbox import DELIVER_TEXTS
from app.pickups.service import EXTEND_PICKUPS
from app.routing.following import FOLLOW_DAY
from workers.campaigns import SEND_CAMPAIGNS, send_campaigns
from workers.deliver import deliver_texts
from workers.floats import WATCH_FLOATS, watch_floats
from workers.forgetting import FORGET_OLD, forget_old
from workers.households import END_REPLACED_PHONES, end_replaced_phones
from workers.integrity import (
    LOOK_FOR_FINDINGS,
    RELEASE_HELD_CREDITS,
    look_for_findings,
    release_held_credits,
)
from workers.merchants import SETTLE_MERCHANTS, settle_merchants
from workers.payouts import SETTLE_PAYOUTS, WATCH_PAYOUTS, settle_payouts, watch_payouts
from workers.pickups import CLOSE_DAYS, close_days, extend_pickups
from workers.reconciliation import RECONCILE_PAYOUTS, reconcile_payouts
from workers.registry import Registry
from workers.reminders import WRITE_REMINDERS, write_reminders
from workers.rotation import DRAW_ROUNDS, draw_rounds
from workers.routing import PLAN_ROUTES, follow_day, plan_routes
from workers.travelling import LEARN_PACES, learn_paces
from workers.ussd import FOLLOW_UP_USSD, follow_up_ussd
from workers.vouchers import EXPIRE_VOUCHERS, expire_vouchers

EVERY_HOUR = "0 5 * * * *"
EVERY_TEN_MINUTES = "20 */10 * * * *"
EVERY_NIGHT = "40 15 2 * * *"

registry = Registry()
registry.job(END_REPLACED_PHONES, every=EVERY_TEN_MINUTES)(end_replaced_phones)
registry.job(EXTEND_PICKUPS, every=EVERY_HOUR)(extend_pickups)
registry.job(WRITE_REMINDERS, every=30)(write_reminders)
registry.job(SEND_CAMPAIGNS, every=10)(send_campaigns)
registry.job(DRAW_ROUNDS, every=EVERY_TEN_MINUTES)(draw_rounds)
registry.job(PLAN_ROUTES, every=EVERY_TEN_MINUTES)(plan_routes)
registry.job(FOLLOW_DAY, every=30)(follow_day)
registry.job(CLOSE_DAYS, every=EVERY_TEN_MINUTES)(close_days)
registry.job(WATCH_FLOATS, every=EVERY_TEN_MINUTES)(watch_floats)
registry.job(EXPIRE_VOUCHERS, every=EVERY_TEN_MINUTES)(expire_vouchers)
registry.job(SETTLE_MERCHANTS, every=EVERY_TEN_MINUTES)(settle_merchants)
registry.job(SETTLE_PAYOUTS, every=10)(settle_payouts)
registry.job(RECONCILE_PAYOUTS, every=EVERY_HOUR)(reconcile_payouts)
registry.job(WATCH_PAYOUTS, every=EVERY_TEN_MINUTES)(watch_payouts)
registry.job(RELEASE_HELD_CREDITS, every=EVERY_TEN_MINUTES)(release_held_credits)
registry.job(FOLLOW_UP_USSD, every=30)(follow_up_ussd)
registry.job(DELIVER_TEXTS, every=10)(deliver_texts)
registry.job(LOOK_FOR_FINDINGS, every=EVERY_HOUR)(look_for_findings)
registry.job(LEARN_PACES, every=EVERY_NIGHT)(learn_paces)
registry.job(FORGET_OLD, every=EVERY_NIGHT)(forget_old)
