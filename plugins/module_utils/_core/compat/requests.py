# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The import point of requests and urllib3: every other file loads also where one is missing, too old or broken.

A front end checks `PROBLEM` first and fails with that message. requests provides TLS, proxies, pooled connections and
content decoding. It accepts older versions of urllib3, which cannot stop reading a slow body in time.
"""

from __future__ import annotations

import sys
import typing as t

from .libraries import check_version, explain

PROBLEM: str | None = None  # what is needed, what was found, and what to do

if t.TYPE_CHECKING:
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.contrib.socks import SOCKSConnection

    SOCKSSocket = t.Any  # PySocks has no types
else:
    # Classes that extend one of these load without the library as well.
    HTTPAdapter = HTTPConnection = HTTPSConnection = HTTPConnectionPool = HTTPSConnectionPool = object
    SOCKSConnection = SOCKSSocket = object
    try:
        import requests

        check_version("requests", requests.__version__)
        import urllib3

        check_version("urllib3", urllib3.__version__)
        from requests.adapters import HTTPAdapter
        from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
        from urllib3.connection import HTTPConnection, HTTPSConnection

        # requests has imported this where PySocks, which it needs for SOCKS, is installed.
        if "urllib3.contrib.socks" in sys.modules:
            from urllib3.contrib.socks import SOCKSConnection

            SOCKSSocket = urllib3.contrib.socks.socks.socksocket
    except Exception as error:  # noqa: BLE001  (a broken library raises anything)
        PROBLEM = explain("requests", error)
        requests = urllib3 = None


def has_socks() -> bool:
    """Whether connections through a SOCKS proxy are possible."""
    return "urllib3.contrib.socks" in sys.modules


__all__ = [
    "PROBLEM",
    "HTTPAdapter",
    "HTTPConnection",
    "HTTPConnectionPool",
    "HTTPSConnection",
    "HTTPSConnectionPool",
    "SOCKSConnection",
    "SOCKSSocket",
    "has_socks",
    "requests",
    "urllib3",
]
