# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request to a vendor, and its address."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from ..errors import FailedRequest, InvalidInputError
from ..url_credentials import has_credentials
from .address import AddressError, split_address

Params = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """What is sent. A write changes something at the vendor; `body` is sent as JSON."""

    method: str
    url: str
    body: t.Any = None
    is_write: bool = False
    headers: Mapping[str, str] | None = None  # sent instead of the authentication's
    slowness: int = 1  # multiplies the connection's `timeout`
    is_optional: bool = False  # a read that the caller can do without: sent once, and not after the deadline
    names_record: bool = True  # whether a 404 may be about a record, and not only about the address
    count_keys: Callable[[t.Any], int] | None = None  # of `parse_json`, for an answer that is long

    def __str__(self) -> str:
        """As messages name it."""
        return f"{self.method} {self.url}"

    def failed(
        self, http_status: int | None = None, vendor_errors: Sequence[Mapping[str, t.Any]] = ()
    ) -> FailedRequest:
        """The same for an error."""
        return FailedRequest(http_status, self.method, self.url, vendor_errors)


def check_base_url(api_url: str) -> str:
    """The base address without white space and slashes at its end. Raises InvalidInputError for anything else."""
    api_url = api_url.strip()  # an api_url that was read from a file ends in a line end
    if has_credentials(api_url):
        what = "a user, a query or a fragment" if any(mark in api_url for mark in "@?#") else "a token in its path"
        raise InvalidInputError(f"api_url must not contain {what}: set the credential as api_token.")
    try:
        if split_address(api_url).scheme not in ("http", "https"):
            raise AddressError("its scheme is neither https nor http")
    except AddressError as error:
        raise InvalidInputError(
            "api_url must be the API's base address with its version path, like https://scans.example.com/api/v1, but "
            f"{error}."
        ) from None
    return api_url.rstrip("/")


def build_url(base: str, path: Sequence[str], params: Params = ()) -> str:
    """The address of a path below the base. Raises InvalidInputError for a segment that cannot be sent."""
    for segment in path:
        if segment in ("", ".", ".."):  # clients and servers remove these even where they are quoted
            raise InvalidInputError(f"{segment!r} is not an id.")
    try:
        url = "/".join((base, *(quote(segment, safe="") for segment in path)))
        return f"{url}?{urlencode(params)}" if params else url
    except UnicodeEncodeError as error:
        raise InvalidInputError(f"{error.object!r} contains half of a surrogate pair, which cannot be sent.") from None
