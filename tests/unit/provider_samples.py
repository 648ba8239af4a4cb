# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids and targets that a provider accepts, from its own option table, so that shared tests name no vendor."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import StartsScans


def sample_ids(provider: type[Provider], count: int) -> list[str]:
    """Different ids of scans, in the form of `example_id`, with different last digits."""
    example = provider.example_id
    place = max(index for index, character in enumerate(example) if character.isdigit())
    return [f"{example[:place]}{number % 10}{example[place + 1 :]}" for number in range(1, count + 1)]


def sample_target(provider: type[StartsScans]) -> dict[str, t.Any]:
    """A whole target as the argument spec returns it: samples, defaults, and None for all other options."""
    return _sample(provider.target_options)


def _sample(options: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {name: _value(option) for name, option in options.items()}


def _value(option: Mapping[str, t.Any]) -> t.Any:
    if "sample" in option:
        return option["sample"]
    if "options" in option and option.get("required"):
        return [_sample(option["options"])]
    return option.get("default")
