# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base class of every vendor's settings."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Named settings with defaults. Unknown names and values are refused."""

    model_config = ConfigDict(extra="forbid", strict=False, allow_inf_nan=False, use_attribute_docstrings=True)

    def merged(self, changes: dict[str, Any]) -> Settings:
        return type(self)(**{**self.model_dump(), **changes})
