# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users and their tokens. The tokens are public, and protect nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class User:
    name: str
    admin: bool = False


TOKENS = {
    "sandbox-token": User("sandbox"),
    "sandbox-other-token": User("other"),
    "sandbox-admin-token": User("admin", admin=True),
}


def bearer_user(authorization: str) -> User | None:
    """The user whom an `Authorization: Bearer TOKEN` header names, if any."""
    scheme, _space, token = authorization.partition(" ")
    return TOKENS.get(token.strip()) if scheme.lower() == "bearer" else None
