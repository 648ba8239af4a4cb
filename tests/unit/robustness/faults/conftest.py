# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared by the tests of faults: one server, and requests in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _base
from fault_server import Server


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The requests about several scans come in one order."""
    monkeypatch.setattr(_base, "_THREADS", 1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    one = Server(tmp_path_factory.mktemp("tls"))
    yield one
    one.close()
