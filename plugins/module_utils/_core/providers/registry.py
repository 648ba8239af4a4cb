# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The providers by name, and building one that is connected."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Callable, Mapping
from importlib import import_module

from ..clock import Clock
from ..errors import InvalidInputError
from ..http.authentication import HeaderForm
from ..http.client import HttpClient
from ..http.connection import Connection
from ..http.rate_limit import RateLimiter
from ..options import CONNECTION_OPTIONS, ConnectionOptions, parse_time_zone
from ..redaction import Redactor
from ..url_credentials import proxy_credentials
from .base import Provider

if t.TYPE_CHECKING:
    # Ansible packs only the files that an import statement names, even one that never runs.
    from . import advalidation  # noqa: F401
    from .bigid import provider as bigid  # noqa: F401
    from .glasswall import provider as glasswall  # noqa: F401
    from .protecto import provider as protecto  # noqa: F401

# The registry: each vendor's file, and its class there. A new vendor is a line here, and a name in the import above.
_REGISTRY = {
    "advalidation": ("advalidation", "Advalidation"),
    "bigid": ("bigid.provider", "BigID"),
    "glasswall": ("glasswall.provider", "Glasswall"),
    "protecto": ("protecto.provider", "Protecto"),
}
NAMES = tuple(sorted(_REGISTRY))
P = t.TypeVar("P", bound=Provider)


def provider_class(name: str) -> type[Provider]:
    """One vendor's class. Only its own file is loaded, because compiling all takes a tenth of a module's time."""
    if name not in _REGISTRY:
        raise InvalidInputError(f"provider must be one of {', '.join(NAMES)}, not {name!r}.")
    module = import_module(f".{_REGISTRY[name][0]}", __package__)
    vendor: type[Provider] = getattr(module, _REGISTRY[name][1])
    return vendor


def provider_classes() -> dict[str, type[Provider]]:
    """All vendors' classes by name."""
    return {name: provider_class(name) for name in NAMES}


def providers_supporting(capability: type[P]) -> list[type[P]]:
    """The classes that have a capability, which is a class of capabilities.py."""
    return [provider for provider in provider_classes().values() if issubclass(provider, capability)]


class Connector:
    """Builds connected providers that share one rate limit and one authentication. Several threads may use it."""

    def __init__(self, options: ConnectionOptions, redactor: Redactor) -> None:
        """Raises InvalidInputError for options that cannot work. A token that is received later joins the redactor."""
        for secret in (options.api_token, options.refresh_token, *proxy_credentials(os.environ)):
            redactor.add(secret)
        self._provider_class = provider = provider_class(options.provider)
        api_url = options.api_url or provider.api_url
        if not api_url:
            raise InvalidInputError(
                f"api_url is missing: {provider.title} has no public host, so set it or the environment variable "
                "DATASCAN_API_URL to the base address of your deployment."
            )
        self._connection = Connection(
            api_url=api_url,
            validate_certs=options.validate_certs,
            ca_path=options.ca_path,
            client_cert=options.client_cert,
            client_key=options.client_key,
            timeout=options.timeout,
            retries=options.retries,
        )
        header_forms = _header_forms(provider, options.auth_scheme)
        self._authentication = provider.authentication(options, redactor, header_forms)
        self._time_zone = parse_time_zone(options.time_zone)
        self._rate_limiter = RateLimiter(provider.rate_limit)

    def connect(self, clock: Clock, warn: Callable[[str], None]) -> Provider:
        """A provider for one operation, with connections and a deadline of its own. Nothing is sent yet."""
        provider = self._provider_class
        client = HttpClient(
            self._connection,
            self._authentication,
            clock=clock,
            parse_errors=provider.find_errors,
            effective_status=provider.effective_status,
            is_not_found=provider.is_not_found,
            trusts_retry_after=provider.trusts_retry_after,
            rate_limiter=self._rate_limiter,
        )
        return provider(client, clock, warn, self._time_zone)


def connect(options: ConnectionOptions, clock: Clock, warn: Callable[[str], None], redactor: Redactor) -> Provider:
    """One connected provider, for a program that runs one operation. Nothing is sent yet."""
    return Connector(options, redactor).connect(clock, warn)


def _header_forms(provider: type[Provider], auth_scheme: str) -> Mapping[str, HeaderForm]:
    """The provider's forms of a token's header.

    A scheme that only another vendor uses works for this one too, because the gateway in front of a deployment may
    ask for it. Only then the other vendors' files are loaded.
    """
    if auth_scheme == "auto" or auth_scheme in provider.header_forms:
        return provider.header_forms
    for other in provider_classes().values():
        if auth_scheme in other.header_forms:
            return {**provider.header_forms, auth_scheme: other.header_forms[auth_scheme]}
    choices = CONNECTION_OPTIONS["auth_scheme"]["choices"]
    raise InvalidInputError(f"auth_scheme must be one of {', '.join(choices)}, not {auth_scheme!r}.")
