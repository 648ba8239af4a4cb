# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failure of TLS means: whose certificate or port it is about, and what to do."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ..errors import UntrustedCertificateError
from .faults import Fault
from .proxy import Proxy
from .request import Request

# OpenSSL's names for an answer that is not TLS; they differ between versions.
_NOT_TLS = re.compile(
    "WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|UNKNOWN_PROTOCOL|HTTP_REQUEST|PACKET_LENGTH|only use HTTP and not HTTPS"
)
# Alerts by which a server refuses a client without the right certificate.
_CLIENT_REFUSED = re.compile("ALERT_(?:[A-Z_]*CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)")
_EXPIRED, _NOT_YET_VALID = 10, 9  # X509_V_ERR_* of OpenSSL
_OTHER_NAME = (62, 64)  # for a host, and for an IP address


def is_tls_record(line: str) -> bool:
    """Whether the first line of an answer is an alert of TLS (RFC 8446, 5.1 and 6)."""
    return line.startswith("\x15\x03")


def tls_fault(cause: BaseException, request: Request, proxy: Proxy | None, authorities: str | None) -> Fault:
    """An error of TLS with the server or a proxy; `authorities` names what is trusted instead of the usual ones."""
    text = str(cause)
    variable = proxy.variable if proxy else "api_url"
    if _NOT_TLS.search(text):
        why = "TLS failed, because the port does not expect it"
        cure = f"Check the scheme and the port of {variable}: an address with http needs no TLS"
    elif "CERTIFICATE_VERIFY_FAILED" in text or hasattr(cause, "verify_code"):
        why = f"its certificate is not trusted ({getattr(cause, 'verify_message', '') or text})"
        cure = _cure_of_certificate(int(getattr(cause, "verify_code", 0)), variable, authorities)
    elif _CLIENT_REFUSED.search(text):
        why = f"it refuses this client ({text})"
        cure = "Set client_cert and client_key to a certificate that it accepts"
    else:
        why = f"TLS failed ({text})"
        cure = f"Check {variable}, and the versions of TLS that both sides allow"
    where = str(proxy) if proxy else urlsplit(request.url).netloc
    message = f"Cannot connect securely to {where}: {why}. {cure}."
    return Fault(UntrustedCertificateError(message, request=request.failed()), sent=False)


def _cure_of_certificate(code: int, variable: str, authorities: str | None) -> str:
    if code in (_EXPIRED, _NOT_YET_VALID):
        return "Renew it there, or set the clock of this machine"
    if code in _OTHER_NAME:
        return f"Write a name that the certificate contains into {variable}"
    if authorities == "ca_path":
        return "Add its certificate authority to the file in ca_path"
    overruled = f", which overrules {authorities}" if authorities else ""
    return f"For a private certificate authority, set ca_path{overruled}"
