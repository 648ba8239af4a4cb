# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options in a form that may be shown: without credentials and sampled data."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from .._core.options import credentials_in, given_options, is_url
from .._core.redaction import MASK, Redactor
from .._core.text import bounded, disarm_commands
from .._core.url_credentials import has_credentials, is_address

HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"  # Ansible's own placeholder


def shown_options(options: Mapping[str, t.Any], params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options without credentials and data. A credential inside another option is masked."""
    redactor = Redactor(credentials_in(options, params))
    shown: dict[str, t.Any] = disarm_commands(bounded(redactor.redact(hide_secret_options(options, params))))
    return shown


def mask_quoted(message: str, values: Iterable[t.Any]) -> str:
    """A message of Ansible's validation without the values of secret options that it quotes.

    Only quotes: a sampled value may be as short as `o`, and data may be a word of the message.
    """
    for value in sorted(map(str, values), key=len, reverse=True):
        for quote in "'\"":
            message = message.replace(f"{quote}{value}{quote}", f"{quote}{MASK}{quote}")
    return message


def hide_secret_options(options: Mapping[str, t.Any], params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options, with those hidden that are secret, unknown or of another type: they may be misplaced secrets."""
    shown: dict[str, t.Any] = {name: None if value is None else HIDDEN for name, value in params.items()}
    for name, option, value in given_options(options, params):
        if option.get("no_log") or (is_url(name) and not _is_shown_url(str(value))):
            continue
        if "options" not in option:
            shown[name] = value
            continue
        parts = [
            hide_secret_options(option["options"], part) if isinstance(part, Mapping) else HIDDEN
            for part in (value if isinstance(value, list) else [value])
        ]
        shown[name] = parts if isinstance(value, list) else parts[0]
    return shown


def _is_shown_url(value: str) -> bool:
    """Where an address is not as it should be, any part of it may be a credential."""
    return is_address(value) and not has_credentials(value)
