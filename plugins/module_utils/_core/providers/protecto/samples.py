# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps values that were sampled from an object, which are personal data, out of what Protecto's answers show."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...decoding import decodings
from ...encoded_runs import encoded_texts
from ...errors import DatascanError
from ...redaction import Redactor

_WITHHELD = "(reason withheld, because it may quote sampled values)"
_MAX_REASON = 20_000  # characters; a longer reason is withheld where samples were sent


class SampledValues:
    """The values sampled from some objects, which Protecto may repeat, shortened or rewritten."""

    def __init__(self, objects: Sequence[Mapping[str, t.Any]] = ()) -> None:
        """`objects` are those of a target, each with its `data_samples`, if it has any."""
        samples = [sample for item in objects for column in columns_of(item) for sample in column["samples"]]
        self._words = frozenset(word for sample in samples for word in _words(sample))
        self._values = Redactor(samples)  # the longer values as a whole

    def withhold(self, text: str) -> str:
        """The text, or what stands for it where it may quote a sampled value."""
        return _WITHHELD if self._may_be_in(text) else text

    def withhold_from(self, error: DatascanError) -> DatascanError:
        """The error without any reason that may quote a sampled value."""
        message = error.message
        vendor_errors = []
        for item in error.request.vendor_errors:
            reason = item.get("message")
            if reason and self._may_be_in(reason):
                message = message.replace(reason, _WITHHELD)
                item = {**item, "message": _WITHHELD}
            vendor_errors.append(item)
        return type(error)(
            message, request=replace(error.request, vendor_errors=vendor_errors), is_transient=error.is_transient
        )

    def _may_be_in(self, text: str) -> bool:
        """Whether a text has a word in common with a sample."""
        if not self._words:
            return False
        if len(text) > _MAX_REASON or self._values.finds_secret(text):
            return True
        texts = [view.text for view in decodings(text)]
        texts += [inner for view in texts for inner in encoded_texts(view)]
        return any(not self._words.isdisjoint(_words(view)) for view in texts)


def columns_of(item: Mapping[str, t.Any]) -> Sequence[Mapping[str, t.Any]]:
    """The sampled columns of an object of a target."""
    return item.get("data_samples") or ()


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
