# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""requests' adapter with connections that keep the limit of an exchange."""

from __future__ import annotations

import typing as t

from ..compat.requests import HTTPAdapter
from .pools import POOLS
from .socks_pools import SOCKS_POOLS


class LimitedAdapter(HTTPAdapter):
    """Direct connections, and those through every kind of proxy."""

    def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
        """The pools of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: t.Any) -> t.Any:
        """The pools of connections through one proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        # As requests decides it.
        manager.pool_classes_by_scheme = SOCKS_POOLS if proxy.lower().startswith("socks") else POOLS
        return manager
