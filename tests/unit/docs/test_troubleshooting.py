# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/troubleshooting.md has every sentence that the code can say, and no other; who changes one mends the page."""

from __future__ import annotations

import functools
import re

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core import errors as _errors
from sentences import PLUGINS, Sentence, constants, pieces, said

ROOT = PLUGINS.parent
TEXT = (ROOT / "docs" / "troubleshooting.md").read_text()
PAGE = " ".join(TEXT.split())
# Sentences of Ansible itself, which are on the page because users meet them.
FOREIGN = ("Failed to import the required Python library", "Timed out after", "UnsupportedError parameters for")
# Texts that no failure shows: another one takes their place, or they are of a scan's checks.
NOT_SHOWN = ("it is a folder", "no such folder", "pydantic is not installed", "a check without a name")


def _on_the_page(sentence: Sentence) -> bool:
    return " ".join(sentence.longest.split()).strip(" :;,") in PAGE


def _says_something(sentence: Sentence) -> bool:
    return " " in sentence.longest.strip()


def test_every_sentence_of_an_error_or_a_warning_is_on_the_page() -> None:
    sentences = [sentence for sentence in said() if _says_something(sentence)]
    assert [sentence for sentence in sentences if not _on_the_page(sentence)] == []
    assert len(sentences) > 80  # the code was read


def test_every_part_of_a_sentence_is_on_the_page() -> None:
    parts = [sentence for sentence in pieces() if sentence.longest not in NOT_SHOWN]
    assert [sentence for sentence in parts if not _on_the_page(sentence)] == []


def _entries() -> list[str]:
    """What the page says that the code says: the code spans with a space in them that begin an entry."""
    entries = []
    for block in re.split(r"\n(?= *- |\n|#)", TEXT.partition("## Options")[2]):
        lead = re.match(r" *- ((?:`[^`]+`(?:,| and|, and| and, in check mode,)\s+)*`[^`]+`)", block)
        entries += re.findall(r"`([^`]+ [^`]+)`", lead[1]) if lead else []
    return [" ".join(entry.split()) for entry in entries]


@functools.cache
def _code() -> list[str]:
    roles = [path.read_text() for folder in ("roles", "playbooks") for path in (ROOT / folder).rglob("*.yml")]
    return [*constants(), *(" ".join(text.split()) for text in roles)]


@pytest.mark.parametrize("entry", _entries())
def test_the_code_can_say_what_the_page_says_it_does(entry: str) -> None:
    if any(words in entry for words in FOREIGN):
        return
    fragment = max(re.split(r"<[^<>]+>", entry), key=len).strip()
    # Where it is put together from several texts, one of them has to be there whole.
    assert any(fragment in text or (text.count(" ") >= 2 and text in fragment) for text in _code()), fragment


def test_every_kind_of_error_is_told() -> None:
    table = TEXT.partition("<!-- kinds -->")[2].partition("<!-- end of kinds -->")[0]
    kinds = {kind.kind for kind in vars(_errors).values() if isinstance(kind, type) and hasattr(kind, "kind")}
    assert set(re.findall(r"^\| `(\w+)`", table, re.M)) == kinds


def test_the_page_is_read() -> None:
    assert len(_entries()) > 100
