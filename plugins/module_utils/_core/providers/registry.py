# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The providers by name, and building one that is connected."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from importlib import import_module

from ..clock import Clock
from ..errors import InvalidInputError
from ..http.client import Connection, Http
from ..options import ConnectionOptions
from ..redaction import Redactor
from .base import Provider

if t.TYPE_CHECKING:
    # Ansible packs only the files that an import statement names, even one that never runs.
    from . import advalidation, protecto  # noqa: F401
    from .bigid import provider as bigid  # noqa: F401
    from .glasswall import provider as glasswall  # noqa: F401

# The registry: each vendor's file, and its class there. A new vendor is a line here, and a name in the import above.
_REGISTRY = {
    "advalidation": ("advalidation", "Advalidation"),
    "bigid": ("bigid.provider", "BigID"),
    "glasswall": ("glasswall.provider", "Glasswall"),
    "protecto": ("protecto", "Protecto"),
}
NAMES = tuple(sorted(_REGISTRY))


def provider_class(name: str) -> type[Provider]:
    """One vendor. Only its own file is loaded, for compiling all of them would be a tenth of a module's time."""
    if name not in _REGISTRY:
        raise InvalidInputError(f"provider must be one of {', '.join(NAMES)}, not {name!r}.")
    module = import_module(f".{_REGISTRY[name][0]}", __package__)
    vendor: type[Provider] = getattr(module, _REGISTRY[name][1])
    return vendor


def provider_classes() -> dict[str, type[Provider]]:
    """All vendors by name."""
    return {name: provider_class(name) for name in NAMES}


def providers_supporting(verb: str) -> list[type[Provider]]:
    """The vendors that can do something."""
    return [vendor for vendor in provider_classes().values() if vendor.supports(verb)]


def connect(options: ConnectionOptions, clock: Clock, warn: Callable[[str], None], secrets: Redactor) -> Provider:
    """A vendor, ready to be asked. Nothing is sent yet."""
    vendor = provider_class(options.provider)
    api_url = options.api_url or vendor.api_url
    if not api_url:
        raise InvalidInputError(
            f"api_url is missing: {vendor.title} has no public host, so set it or the environment variable "
            "DATASCAN_API_URL to the base address of your deployment."
        )
    connection = Connection(
        api_url=api_url,
        validate_certs=options.validate_certs,
        ca_path=options.ca_path,
        client_cert=options.client_cert,
        client_key=options.client_key,
        timeout=options.timeout,
        retries=options.retries,
    )
    http = Http(
        connection,
        vendor.credential(options, secrets),
        clock=clock,
        parse_errors=vendor.parse_errors,
        effective_status=vendor.effective_status,
        trusts_retry_after=vendor.trusts_retry_after,
        rate=vendor.rate,
    )
    return vendor(http, clock, warn)
