"""Which gateways carry texts to which phones: the longest prefix wins, `*` takes the rest."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.errors import ConfigurationError, NotFound
from app.messaging.ports import SmsGateway

ANY_PREFIX = "*"


@dataclass(frozen=True)
class SmsGateways:
    by_name: Mapping[str, SmsGateway]
    routes: Mapping[str, Sequence[str]]
    """Phone prefix to names of gateways: the preferred one first, then who stands in for it when it is down."""

    def __post_init__(self) -> None:
        unknown = sorted({name for chain in self.routes.values() for name in chain} - set(self.by_name))
        if unknown:
            raise ConfigurationError(f"WEIGHBACK_SMS_GATEWAYS names {', '.join(unknown)}, which is not there")
        if ANY_PREFIX not in self.routes or not all(self.routes.values()):
            raise ConfigurationError("WEIGHBACK_SMS_GATEWAYS needs a gateway for all other phones: *=name")

    def __getitem__(self, name: str) -> SmsGateway:
        """Raises `NotFound`."""
        try:
            return self.by_name[name]
        except KeyError:
            raise NotFound(f"there is no SMS gateway called {name}") from None

    def __iter__(self) -> Iterator[SmsGateway]:
        return iter(self.by_name.values())

    @property
    def have_stand_ins(self) -> bool:
        """Whether any phone has more than one gateway."""
        return any(len(chain) > 1 for chain in self.routes.values())

    def chain(self, phone: str) -> Sequence[str]:
        """The gateways that may carry texts to `phone`, the preferred one first."""
        fitting = (prefix for prefix in self.routes if phone.startswith(prefix))
        return self.routes[max(fitting, key=len, default=ANY_PREFIX)]

    def for_phone(self, phone: str) -> SmsGateway:
        return self.by_name[self.chain(phone)[0]]

    def instead_of(self, name: str, phone: str, down: Container[str]) -> str | None:
        """Who carries texts to `phone` while `name` does not: the next in its chain, from the start after the end.

        None where there is nobody else, or all others are `down` too.
        """
        chain = list(self.chain(phone))
        after = chain.index(name) + 1 if name in chain else 0
        others = (other for other in chain[after:] + chain[:after] if other != name and other not in down)
        return next(others, None)
