# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A socket waits no longer than its exchange may still last, so a server that stops sending late gains no time."""

from __future__ import annotations

import contextlib
import socket

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.http.exchange import limited_exchange
from ansible_collections.datascan.gate.plugins.module_utils._core.http.sockets import LimitedSocket
from fake_clock import FakeClock


@pytest.mark.parametrize(("given", "passed", "waits"), [(30.0, 7.0, 3.0), (2.0, 7.0, 2.0), (None, 0.0, 10.0)])
def test_a_call_waits_for_what_is_left_or_its_own_shorter_time_out(
    given: float | None, passed: float, waits: float
) -> None:
    clock = FakeClock()
    with LimitedSocket(socket.AF_INET, socket.SOCK_STREAM) as sock, limited_exchange(clock, 10.0):  # type: ignore[arg-type]
        sock.settimeout(given)
        clock.elapsed += passed
        with contextlib.suppress(OSError):  # it is not connected
            sock.recv(1)
        assert sock.gettimeout() == pytest.approx(waits)
