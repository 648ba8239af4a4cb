# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an earlier task gave scan_start: a later task masks the secrets in it where the vendor repeats them."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._core.errors import InvalidInputError
from .._core.options import credentials_in
from .._core.providers.base import Provider
from .._core.providers.capabilities import StartsScans, require
from .._core.redaction import Redactor
from .option_values import without_empty_texts
from .specs import VALIDATION_ERRORS, argument_spec


def remember_target(provider: Provider, target: Mapping[str, t.Any], redactor: Redactor) -> None:
    """Add its secrets to the redactor, and what is sampled to the provider.

    Raises InvalidInputError for another dictionary than scan_start takes: its secrets would not be found.
    """
    starts = require(provider, StartsScans)
    spec = argument_spec(starts.target_options)
    try:
        validation = ArgumentSpecValidator(spec).validate(without_empty_texts(spec, target))
        is_valid = not validation.error_messages
    except VALIDATION_ERRORS:
        is_valid = False
    if not is_valid:  # Ansible's message could quote a secret
        raise InvalidInputError(
            f"target is not what scan_start takes as {starts.name}: set it to the value of that option of the start."
        )
    for secret in credentials_in(spec, validation.validated_parameters):
        redactor.add(secret)
    starts.remember_target(validation.validated_parameters)
