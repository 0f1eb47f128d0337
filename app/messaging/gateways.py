"""Which gateway carries texts to which phones: the longest prefix wins, `*` takes the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.errors import ConfigurationError, NotFound
from app.messaging.ports import SmsGateway

ANY_PREFIX = "*"


@dataclass(frozen=True)
class SmsGateways:
    by_name: Mapping[str, SmsGateway]
    routes: Mapping[str, str]
    """Phone prefix to gateway name."""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.routes.values()) - set(self.by_name))
        if unknown:
            raise ConfigurationError(f"WEIGHBACK_SMS_GATEWAYS names {', '.join(unknown)}, which is not there")
        if ANY_PREFIX not in self.routes:
            raise ConfigurationError("WEIGHBACK_SMS_GATEWAYS needs a gateway for all other phones: *=name")

    def __getitem__(self, name: str) -> SmsGateway:
        """Raises `NotFound`."""
        try:
            return self.by_name[name]
        except KeyError:
            raise NotFound(f"there is no SMS gateway called {name}") from None

    def __iter__(self) -> Iterator[SmsGateway]:
        return iter(self.by_name.values())

    def for_phone(self, phone: str) -> SmsGateway:
        fitting = (prefix for prefix in self.routes if phone.startswith(prefix))
        return self.by_name[self.routes[max(fitting, key=len, default=ANY_PREFIX)]]
