"""The demo's pretend payment company for tests, in this process or in one of its own.

`python -m tests.standins.payments PORT [CALLBACK_URL]` prints its base URL and serves until it is ended.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from app.adapters.payments.standin_company import PaymentCompany
from app.web import problem
from app.web.simulator import payments
from tests.standins.serving import serving

KEY = "standin-payments-key-of-no-one"
PATH = "/simulator/payments"


@contextmanager
def payment_company(callback_url: str | None = None, port: int = 0) -> Iterator[tuple[str, PaymentCompany]]:
    """The base URL for `STANDIN_PAYMENTS_API_URL`, and the company behind it."""
    company = PaymentCompany(key=KEY, callback_url=callback_url)
    company.set_switches({"settle_seconds": 0.02})
    app = FastAPI(openapi_url=None)
    app.state.payment_company = company
    app.include_router(payments.router)
    problem.install(app)
    with serving(app, port) as url:
        yield url + PATH, company
    company.close()


if __name__ == "__main__":
    callback = sys.argv[2] if len(sys.argv) > 2 else None
    with payment_company(callback, port=int(sys.argv[1])) as (base_url, _):
        sys.stdout.write(f"{base_url}\n")
        sys.stdout.flush()
        threading.Event().wait()
