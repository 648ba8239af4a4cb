# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a connection to one vendor."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ..errors import InvalidInputError

_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # in the order in which requests reads them


@dataclass(frozen=True)
class Connection:
    """How to reach a vendor; `timeout` is seconds for one request, `retries` the attempts after the first."""

    api_url: str
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    timeout: float = 30.0
    retries: int = 5

    def authorities(self) -> tuple[str, str | None]:
        """The option or variable that names the trusted authorities, and their path; None for the usual authorities."""
        if self.ca_path:
            return "ca_path", self.ca_path
        for variable in _CA_VARIABLES:
            if os.environ.get(variable):
                return variable, os.environ[variable]
        return "ca_path", None

    def names_certificate_files(self) -> bool:
        """Whether there is a file of certificates, or of a key, that has to be checked before it is used."""
        return bool(self.client_cert or self.client_key or self.authorities()[1])

    def check_client_certificate(self) -> None:
        """Raise InvalidInputError for a certificate that no exchange would use: the user means to be known by it."""
        if self.client_cert and self.api_url.strip().lower().startswith("http://"):
            raise InvalidInputError(
                "client_cert is set, but api_url begins with http://, where no certificate is sent. Use https:// in "
                "api_url, or remove client_cert."
            )
