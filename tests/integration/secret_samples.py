# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection string with a fake signature, and the parts of it that no output may show."""

from __future__ import annotations

from urllib.parse import quote

from sandbox_server import TOKEN
from secret_forms import parts

SIGNATURE = "RkFLRS9zaWduYXR1cmU+b2YvdGVzdHM+L2Zha2U="  # says that it is fake
SAS = (
    "sv=2022-11-02&ss=b&srt=sco&sp=rwlc&st=2022-01-01T00:00:00Z&se=2099-01-01T00:00:00Z&spr=https"
    f"&sig={quote(SIGNATURE, safe='')}"
)
STORAGE = f"BlobEndpoint=https://acct.blob.core.windows.net/;SharedAccessSignature={SAS}"
FORBIDDEN = {TOKEN} | parts(SIGNATURE) | parts(quote(SIGNATURE, safe=""))
