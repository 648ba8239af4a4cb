# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The import point of requests: every other file loads also where requests is missing.

requests provides TLS, proxies, pooled connections and content decoding.
"""

from __future__ import annotations

import sys
import traceback
import typing as t

MISSING: str | None = None  # the traceback of the failed import, for missing_required_lib
TOO_OLD: str | None = None  # a sentence about a library that is too old

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
        import urllib3
        from requests.adapters import HTTPAdapter
        from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
        from urllib3.connection import HTTPConnection, HTTPSConnection
    except ImportError:
        MISSING = traceback.format_exc()
        requests = urllib3 = None
    else:
        # requests has imported this where PySocks, which it needs for SOCKS, is installed.
        if "urllib3.contrib.socks" in sys.modules:
            from urllib3.contrib.socks import SOCKSConnection

            SOCKSSocket = urllib3.contrib.socks.socks.socksocket
        if not hasattr(urllib3.HTTPResponse, "read1"):  # needed to read a body piece by piece as it comes
            TOO_OLD = (
                f"urllib3 {urllib3.__version__} is too old: {sys.executable} needs urllib3 2.2 or newer. "
                f"Install it with: {sys.executable} -m pip install 'urllib3>=2.2'"
            )

__all__ = [
    "MISSING",
    "TOO_OLD",
    "HTTPAdapter",
    "HTTPConnection",
    "HTTPConnectionPool",
    "HTTPSConnection",
    "HTTPSConnectionPool",
    "SOCKSConnection",
    "SOCKSSocket",
    "requests",
    "urllib3",
]
