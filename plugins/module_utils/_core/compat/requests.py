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
    import urllib3.contrib.socks as urllib3_socks
else:
    urllib3_socks = None
    try:
        import requests
        import urllib3
    except ImportError:
        MISSING = traceback.format_exc()
        requests = urllib3 = None
    else:
        # requests has imported it if the library for SOCKS is installed.
        urllib3_socks = sys.modules.get("urllib3.contrib.socks")
        if not hasattr(urllib3.HTTPResponse, "read1"):  # needed to stop reading a slow body in time
            TOO_OLD = (
                f"urllib3 {urllib3.__version__} is too old: {sys.executable} needs urllib3 2.2 or newer. "
                f"Install it with: {sys.executable} -m pip install 'urllib3>=2.2'"
            )

__all__ = ["MISSING", "TOO_OLD", "requests", "urllib3", "urllib3_socks"]
