# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test can change about Advalidation."""

from __future__ import annotations

from typing import Literal

from ..settings import Settings


class AdvalidationSettings(Settings):
    queued_seconds: float = 1
    """How long a scan waits."""
    processing_seconds: float = 2
    """How long it runs."""
    analysis_seconds: float = 1
    """How long a finished scan has no count of issues."""
    issues: int = 3
    """Number of issues of a scan with the keyword `issues`."""
    error_form: Literal["object", "string", "empty", "html"] = "object"
    """`object`, `string`, `empty`, `html`."""
    related_key: Literal["relatedField", "relatedId"] = "relatedField"
    """`relatedField`, `relatedId`."""
    response_code_lies: bool = False
    """Whether an error's responseCode differs from the HTTP status."""
    time_form: Literal["datetime", "date"] = "datetime"
    """`datetime`, `date`."""
    no_finish: Literal["none", "absent"] = "none"
    """finishedAt of a scan that has not finished: `none` (null), `absent`."""
    rate_limit: bool = False
    """Whether the number of requests is limited."""
    rate_bucket: int = 15
    """Size of a burst."""
    rate_per_second: float = 1
    """Rate at which the burst refills, in requests per second."""
    retry_after: str | None = "15"
    """Retry-After of a 429, whatever the real time is; null sends none."""
