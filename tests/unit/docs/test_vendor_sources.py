# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each vendor's page names the sources of its facts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes

PAGES = Path(__file__).resolve().parents[3] / "docs" / "vendors"
KINDS = (r"\*\*From [A-Z]\w+'s documents?\*\*", r"\*\*From other public sources:\*\*", r"\*\*Inferred:\*\*")


def sources(page: str) -> str:
    """The last section of a page."""
    return page.partition("\n## Sources\n")[2]


@pytest.mark.parametrize("vendor", provider_classes())
def test_facts_are_from_the_document_from_other_sources_or_inferred(vendor: str) -> None:
    text = sources((PAGES / f"{vendor}.md").read_text(encoding="utf-8"))
    assert text and "\n## " not in text
    parts = re.split("|".join(KINDS), text)
    assert [len(re.findall(kind, text)) for kind in KINDS] == [1, 1, 1]
    assert all("\n- " in part for part in parts[1:])
