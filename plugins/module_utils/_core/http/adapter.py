# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""requests' adapter with connections that keep the limit of an exchange, after a check of what is used on this side."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from ..compat.requests import HTTPAdapter
from .connection import Connection
from .exchange import current_exchange
from .pools import POOLS
from .proxy import Proxy, find_proxy


class LimitedAdapter(HTTPAdapter):
    """Direct connections, and those through every kind of proxy."""

    def __init__(self, connection: Connection, now: Callable[[], datetime]) -> None:
        """`now` returns the time of day, UTC."""
        super().__init__()
        self._connection = connection
        self._now = now
        self._files_are_checked = False

    def send(self, request: t.Any, *args: t.Any, **kwargs: t.Any) -> t.Any:
        """Send a request. Raises InvalidInputError for a proxy or a certificate file that cannot be used."""
        proxy = find_proxy(request.url, kwargs.get("proxies") or {})
        exchange = current_exchange()
        if exchange:
            exchange.proxy = proxy
            name, path = self._connection.authorities()
            exchange.authorities = name if path else None
        self._check_files(request.url, proxy)
        return super().send(request, *args, **kwargs)

    def _check_files(self, url: str, proxy: Proxy | None) -> None:
        uses_tls = urlsplit(url).scheme == "https" or (proxy is not None and proxy.scheme == "https")
        if uses_tls and not self._files_are_checked:
            if self._connection.names_certificate_files():
                from .certificate_files import check_certificate_files

                check_certificate_files(self._connection, self._now())
            self._files_are_checked = True

    def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
        """The pools of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: t.Any) -> t.Any:
        """The pools of connections through one proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        if proxy.lower().startswith("socks"):  # as requests decides it
            from .socks_pools import SOCKS_POOLS

            manager.pool_classes_by_scheme = SOCKS_POOLS
        return manager
