"""The composition root: settings become adapters, adapters become a container. The only importer of adapters."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TypeVar

from app import flows
from app.adapters.payments.making import MAKERS
from app.adapters.payments.standin_company import PaymentCompany
from app.adapters.routing.matrix_server import ServerTimes
from app.adapters.routing.nearest_neighbour import NearestNeighbour
from app.adapters.routing.osrm import Osrm
from app.adapters.routing.pyvrp_optimiser import PyVrp
from app.adapters.routing.straight_line import StraightLine
from app.adapters.routing.valhalla import Valhalla
from app.adapters.sms.africastalking import AfricasTalking
from app.adapters.sms.console import Console
from app.adapters.sms.twilio import Twilio
from app.container import Container
from app.conversation.catalogue import Catalogue
from app.db import Database
from app.errors import ConfigurationError
from app.flows.talk import Talk
from app.jobs import DbosJobs
from app.kernel.clock import Clock, SystemClock
from app.messaging.gateways import SmsGateways
from app.messaging.outbox import Postman
from app.messaging.ports import SmsGateway
from app.payouts.ports import PaymentProvider
from app.routing.ports import RouteOptimiser, TravelTimes
from app.settings import PREFIX, Settings

Maker = TypeVar("Maker")
_TEXTS = Path(flows.__file__).parent / "texts"


def build(settings: Settings, clock: Clock | None = None) -> Container:
    """Wire the service for `settings`. Raises `ConfigurationError` for a part that cannot be made."""
    catalogue = _catalogue(tuple(settings.languages))
    sms_gateways = _sms_gateways(settings)
    database = Database(settings.database_url)
    jobs = DbosJobs(database.engine)
    post = Postman(catalogue, sms_gateways, jobs)
    return Container(
        settings=settings,
        clock=clock or SystemClock(),
        database=database,
        catalogue=catalogue,
        jobs=jobs,
        sms_gateways=sms_gateways,
        post=post,
        talk=Talk(settings, catalogue, post, jobs),
        route_optimiser=_route_optimiser(settings),
        travel_times=_travel_times(settings),
        payment_providers=_payment_providers(settings),
    )


@lru_cache(maxsize=8)
def _catalogue(languages: tuple[str, ...]) -> Catalogue:
    """Read once in a process: it never changes."""
    return Catalogue.load(_TEXTS, languages)


@cache
def _offered(group: str) -> tuple[EntryPoint, ...]:
    """What installed packages offer. Read once in a process: it reads a file of each of them."""
    return tuple(entry_points(group=group))


def _sms_gateways(settings: Settings) -> SmsGateways:
    """The gateways that the settings name: ours, or another package's, by its entry point."""
    makers: dict[str, Callable[[Settings], SmsGateway]] = {
        found.name: found.load() for found in _offered("weighback.sms_gateways")
    }
    makers |= {"console": lambda _: Console(), "twilio": _twilio, "africastalking": _africastalking}
    made = {name: makers[name](settings) for name in sorted(settings.sms_gateway_names & set(makers))}
    return SmsGateways(made, settings.sms_gateways)


def _twilio(settings: Settings) -> SmsGateway:
    return Twilio(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        sender=settings.twilio_from,
        public_url=settings.public_url,
        api_url=settings.twilio_api_url,
        timeout_seconds=settings.twilio_timeout_seconds,
    )


def _africastalking(settings: Settings) -> SmsGateway:
    return AfricasTalking(
        username=settings.africastalking_username,
        api_key=settings.africastalking_api_key.get_secret_value(),
        sender=settings.africastalking_from,
        api_url=settings.africastalking_address,
        timeout_seconds=settings.africastalking_timeout_seconds,
    )


def _route_optimiser(settings: Settings) -> RouteOptimiser:
    makers: dict[str, Callable[[Settings], RouteOptimiser]] = {
        found.name: found.load() for found in _offered("weighback.route_optimisers")
    }
    makers["nearest-neighbour"] = lambda _: NearestNeighbour()
    makers["pyvrp"] = lambda _: PyVrp(
        seconds=settings.route_search_seconds,
        iterations_per_stop=settings.route_search_iterations_per_stop,
    )
    return _chosen(makers, "ROUTE_OPTIMISER", settings.route_optimiser)(settings)


def _travel_times(settings: Settings) -> TravelTimes:
    makers: dict[str, Callable[[Settings], TravelTimes]] = {
        found.name: found.load() for found in _offered("weighback.travel_times")
    }
    makers |= {"straight-line": _straight_line, "osrm": _osrm, "valhalla": _valhalla}
    return _chosen(makers, "TRAVEL_TIMES", settings.travel_times)(settings)


def _straight_line(settings: Settings) -> TravelTimes:
    return StraightLine(
        kilometres_per_hour=settings.route_speed_kilometres_per_hour,
        detour_factor=settings.route_detour_factor,
    )


def _osrm(settings: Settings) -> TravelTimes:
    server = Osrm(
        url=settings.osrm_url,
        profile=settings.osrm_profile,
        block_points=settings.osrm_table_max,
        timeout_seconds=settings.travel_times_timeout_seconds,
    )
    return ServerTimes(server, _straight_line(settings), points_max=settings.travel_times_points_max)


def _valhalla(settings: Settings) -> TravelTimes:
    server = Valhalla(
        url=settings.valhalla_url,
        costing=settings.valhalla_costing,
        pairs_max=settings.valhalla_pairs_max,
        timeout_seconds=settings.travel_times_timeout_seconds,
    )
    return ServerTimes(server, _straight_line(settings), points_max=settings.travel_times_points_max)


def _chosen(makers: dict[str, Maker], setting: str, name: str) -> Maker:
    if name not in makers:
        raise ConfigurationError(f"{PREFIX}{setting} is {name}; there is {', '.join(sorted(makers))}")
    return makers[name]


def _payment_providers(settings: Settings) -> dict[str, PaymentProvider]:
    """The providers that the settings name: ours, or another package's, by its entry point."""
    makers: dict[str, Callable[[Settings], PaymentProvider]] = {
        found.name: found.load() for found in _offered("weighback.payment_providers")
    }
    makers |= MAKERS
    try:
        return {
            name: _chosen(makers, "PAYMENT_PROVIDERS", name)(settings) for name in settings.payment_providers
        }
    except ValueError as error:
        raise ConfigurationError(f"{PREFIX}PAYMENT_PROVIDERS: {error}") from error


def payment_company(settings: Settings, callback_base_url: str, path: str = ":memory:") -> PaymentCompany:
    """The demo's pretend payment company, reporting to `callback_base_url`; its state is kept in `path`."""
    return PaymentCompany(
        key=settings.standin_payments_key.get_secret_value(),
        callback_url=f"{callback_base_url}/webhooks/payments/standin/{settings.payment_webhook_secret.get_secret_value()}",
        path=path,
    )
