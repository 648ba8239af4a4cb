# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's tokens, which look like real ones and are valid in this sandbox only."""

from __future__ import annotations

import base64
import json

from ..clock import Clock
from ..users import User


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).rstrip(b"=").decode()


def jwt(claims: dict[str, object]) -> str:
    """A token in three parts, whose signature is obviously fake."""
    return ".".join((_part({"alg": "none", "typ": "JWT"}), _part(claims), "ZmFrZQ"))


# Real user tokens have a form by which clients distinguish them from session tokens.
USER_JWT = jwt({"type": "refresh-token", "user_name": "sandbox", "exp": 4102444800})
USER_TOKENS = {"sandbox-refresh-token": User("sandbox"), USER_JWT: User("sandbox")}


class Tokens:
    """The open sessions."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[str, tuple[User, float]] = {}

    def of_user_token(self, token: str) -> User | None:
        return USER_TOKENS.get(token)

    def issue(self, user: User, seconds: float) -> str:
        """A session token in three parts, with the claims that known clients read."""
        now = self._clock.now()
        claims = {
            "type": "access-token",
            "user_name": user.name,
            "isAdmin": user.admin,
            "roleIds": [],
            "iat": int(now),
            "exp": int(now + seconds),
            "jti": len(self._sessions),
        }
        token = jwt(claims)
        self._sessions[token] = (user, now + seconds)
        return token

    def user_of(self, token: str) -> User | None:
        user, end = self._sessions.get(token, (None, 0.0))
        return user if self._clock.now() < end else None
