# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How to reach a vendor."""

    DOCUMENTATION = r"""
requirements:
  - requests >= 2.32.2 with urllib3 >= 2.2
  - pydantic >= 2.7
options:
  provider:
    description:
      - The vendor whose scans these are.
      - If not set, the environment variable E(DATASCAN_PROVIDER) is used.
    type: str
    required: true
    # generated: providers
    choices: [advalidation, bigid, glasswall, protecto]
    # end of generated: providers
  api_url:
    description:
      - The base address of the API with its version path, such as V(https://scans.example.com/api/v1).
      # generated: public hosts
      - Required, but not for Advalidation, whose host is V(https://app.advalidation.io/v2).
      # end of generated: public hosts
      - If not set, the environment variable E(DATASCAN_API_URL) is used.
    type: str
  api_token:
    description:
      - The token that the vendor gave for its API.
      - If not set, the environment variable E(DATASCAN_API_TOKEN) is used.
    type: str
  refresh_token:
    description:
      - A long-lived token that is exchanged for session tokens, again when one expires.
      # generated: refresh tokens
      - Only for BigID.
      # end of generated: refresh tokens
      - With O(api_token) beside it, that serves as long as it is taken.
      - If not set, the environment variable E(DATASCAN_REFRESH_TOKEN) is used.
    type: str
  auth_scheme:
    description:
      - The form in which the token is sent.
      - V(auto) knows what the vendor takes. V(bearer) sends C(Authorization) with C(Bearer) before the token, V(raw)
        sends C(Authorization) with nothing but the token, and V(api_key) sends the token in C(X-API-Key).
    type: str
    choices: [auto, bearer, raw, api_key]
    default: auto
  validate_certs:
    description:
      - Whether to verify the API's certificate. For a private certificate authority, set O(ca_path) instead of
        V(false).
      - If not set, the environment variable E(DATASCAN_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - Path of a file with the certificates of the authorities to trust, in PEM format.
      - If not set, the environment variable E(DATASCAN_CA_PATH) is used.
    type: path
  client_cert:
    description: Path of a file with a client certificate in PEM format, for an API that requires one.
    type: path
  client_key:
    description: Path of a file with the private key of O(client_cert), if it is not in the same file.
    type: path
  timeout:
    description:
      - Maximum length of one request, in seconds, from connecting to the last byte of the answer. A page of columns may
        take four times as long. Only the resolution of the host name does not count.
    type: float
    default: 30
  retries:
    description:
      - How many times a request that only reads is sent again after a transient error.
      - A request that starts a scan is sent again only if it certainly started none.
    type: int
    default: 5
  time_zone:
    description:
      - The time zone of times that the vendor sends without one, as a name such as V(Europe/Berlin) or an offset such
        as V(+05:30), which needs quotes in YAML. UTC, if not set.
      # generated: time zones
      - Only for Protecto.
      # end of generated: time zones
      - A name needs the time zone database of the host that sends the requests, or the Python package C(tzdata) there.
      - If not set, the environment variable E(DATASCAN_TIME_ZONE) is used.
    type: str
"""
