# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's tokens: a session token lasts a day, and a user token is exchanged for session tokens.

The documents send a session token as `Bearer TOKEN`, and all code that is known to work sends it bare. So `auto`
sends it bare, and once as `Bearer TOKEN` where that is refused; the form that worked is kept.

The vendor's client distinguishes both kinds of tokens by the claim `type` of the JWT.
"""

from __future__ import annotations

import json
import threading
import typing as t
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence

from ...errors import DatascanError, InterruptedWaitError, InvalidInputError, UnauthorizedError
from ...http.authentication import Authentication, HeaderForm, Reader, check_token, raw_header
from ...redaction import Redactor


class SessionTokenAuthentication(Authentication):
    """The current session token. The lock lets one thread exchange it while the others wait for the result."""

    def __init__(
        self, api_token: str | None, refresh_token: str | None, forms: Sequence[HeaderForm], redactor: Redactor
    ) -> None:
        """`api_token` is a session token, which is replaced with the help of `refresh_token` once it is refused.

        One of them is enough. The `forms` of the header are tried in this order until one works.
        """
        if not api_token and not refresh_token:
            raise InvalidInputError(
                "BigID needs a token: set api_token (a session token) or refresh_token (a user token, which is "
                "exchanged for session tokens), or the environment variable DATASCAN_API_TOKEN or "
                "DATASCAN_REFRESH_TOKEN."
            )
        for option, token in (("api_token", api_token), ("refresh_token", refresh_token)):
            check_token(option, token or "")
        _check_kinds(api_token, refresh_token)
        self._session = api_token or None
        self._user_token = refresh_token
        self._forms = forms
        self._form = 0
        self._form_works = False
        self._is_other_form_of_forbidden = False  # whether the form before this one was answered with 403
        self._is_untried = False  # whether the session token is new and has not worked yet
        self._failures = 0  # exchanges that failed
        self._failure: DatascanError | None = None  # of the last of them
        self._redactor = redactor
        self._lock = threading.Lock()

    def headers(self, client: Reader) -> Mapping[str, str]:
        """The session token's header; without a session token, the user token is exchanged for one first."""
        failures = self._failures
        with self._lock:
            if self._session is None:
                if self._failure and self._failures > failures:
                    raise self._failure  # of the exchange for which this thread waited
                self._session = self._exchange(client)
                self._is_untried = True
            return self._forms[self._form](self._session)

    def accepted(self, headers: Mapping[str, str]) -> None:
        """This token and this form of it work."""
        with self._lock:
            if self._is_current(headers):
                self._form_works = True
                self._is_other_form_of_forbidden = False
                self._is_untried = False

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Try the other form while none has worked, then one new session token."""
        with self._lock:
            if not self._is_current(headers):
                return True  # another thread has replaced it
            if self._is_other_form_of_forbidden:
                # Only the form before this one was understood, so the token does not allow the request.
                self._form, self._form_works, self._is_other_form_of_forbidden = 0, True, False
                return True
            if not self._form_works and self._form + 1 < len(self._forms):
                self._form += 1
                return True
            if not self._user_token or self._is_untried:
                return False
            self._session = None
            if not self._form_works:
                self._form = 0
            return True

    def forbidden(self, headers: Mapping[str, str]) -> bool:
        """Try the other form while none has worked: a gateway may answer 403 to a form that it does not know."""
        with self._lock:
            if not self._is_current(headers):
                return True  # another thread has replaced the token, or its form
            if self._form_works:
                return False
            if self._form + 1 < len(self._forms):
                self._form += 1
                self._is_other_form_of_forbidden = True
                return True
            if self._is_other_form_of_forbidden:  # both were forbidden here: the next request shows which one works
                self._form, self._is_other_form_of_forbidden = 0, False
            return False

    @property
    def advice(self) -> str:
        """Names the other option as well, where `api_token` may be of the other kind: only a JWT shows its kind."""
        if self._user_token:
            return "Check refresh_token: BigID expects a user token there, which is exchanged for session tokens."
        advice = "Check api_token: BigID expects a session token there, which lasts a day."
        is_known = _jwt_type(self._session or "") is not None
        return advice if is_known else f"{advice} A user token belongs in refresh_token."

    def _is_current(self, headers: Mapping[str, str]) -> bool:
        return self._session is not None and headers == self._forms[self._form](self._session)

    def _exchange(self, client: Reader) -> str:
        """GET /refresh-access-token with the raw user token, as all code that is known to work sends it."""
        headers = raw_header(str(self._user_token))
        try:
            token = client.read(
                "GET", ("refresh-access-token",), _parse_session_token, headers=headers, names_record=False
            )
        except InterruptedWaitError:
            raise
        except DatascanError as error:
            self._failure = error if error.is_transient else _exchange_error(error)
            self._failures += 1
            raise self._failure from None
        self._redactor.add(token)
        return token


def _parse_session_token(data: t.Any) -> str:
    token = data.get("systemToken") if isinstance(data, dict) else None
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise ValueError("systemToken is missing")
    return token


def _exchange_error(error: DatascanError) -> DatascanError:
    """Why there is no session token. Only an answer about the user token blames it."""
    message = f"BigID did not exchange refresh_token for a session token: {error.message.rstrip('.')}."
    if error.http_status is None:
        return error.with_message(message)
    # The messages of a redirect and of a wrong path name what to do.
    if error.http_status != 404 and not 300 <= error.http_status < 400:
        message += (
            " If the user token has expired, create a new one in BigID's access management; if it is a session token, "
            "set it as api_token instead."
        )
    # No other kind: the scan that was asked for is neither missing nor forbidden.
    return UnauthorizedError(message, request=error.request)


def _check_kinds(api_token: str | None, refresh_token: str | None) -> None:
    """Reject a JWT in the option of the other kind, without showing any of it."""
    if _jwt_type(api_token or "") == "refresh-token":
        raise InvalidInputError("api_token is a user token of BigID: set it as refresh_token instead.")
    if _jwt_type(refresh_token or "") == "access-token":
        raise InvalidInputError("refresh_token is a session token of BigID: set it as api_token instead.")


def _jwt_type(token: str) -> str | None:
    """The claim `type` of a JWT; None for anything else. It is only read, never trusted or shown."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    kind = claims.get("type") if isinstance(claims, dict) else None
    return kind if isinstance(kind, str) else None
