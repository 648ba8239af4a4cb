# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verb of every vendor through every fault: the result, and the requests that the vendor saw."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator

import fault_list as fl
import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from fault_cells import Cell, Seen
from fault_expected import MATRIX_VERBS, Cannot, expected
from fault_list import FAULTS, Fault
from fault_server import Server
from scripted_vendor import TOKEN, shown


def runs() -> Iterator[t.Any]:
    """All cells that can happen, in each way in which the fault may strike."""
    for verb in MATRIX_VERBS:
        for fault in FAULTS:
            for vendor in provider_classes():
                cells = expected(verb, vendor, fault)
                if isinstance(cells, Cannot):
                    continue
                for mode, text in cells.items():
                    yield pytest.param(verb, vendor, fault, mode, text, id=f"{verb}-{vendor}-{fault.name}-{mode}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    one = Server(tmp_path_factory.mktemp("tls"))
    yield one
    one.close()


def words(requests: str) -> list[str]:
    """`list, (look, list) x2` as list, look, list, look, list."""
    if requests == "nothing":
        return []
    while "(" in requests or " x" in requests:
        requests = re.sub(
            r"(?:\(([^()]*)\)|([a-z]+)) x(\d+)",
            lambda match: ", ".join([match[1] or match[2]] * int(match[3])),
            requests,
        )
    return requests.split(", ")


@pytest.mark.parametrize(("verb", "vendor", "fault", "mode", "text"), list(runs()))
def test_a_cell(
    verb: str,
    vendor: str,
    fault: Fault,
    mode: str,
    text: str,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = Cell(verb, vendor, fault, mode).run(server, monkeypatch)
    result, _semicolon, requests = text.partition("; ")
    result, _after, seconds = result.partition(" after ")
    assert (str(seen), seen.requests) == (result, words(requests)), seen.error
    if seconds:
        assert f"{seen.paused:g} s" == seconds
    assert seen.made <= 1, "a scan was started twice"
    if verb in ("start", "rescan") and not seen.error:
        assert seen.made == seen.result.changed
    assert not seen.strayed
    if seen.error:
        check_error(verb, vendor, fault, seen)
    else:
        check_result(verb, vendor, fault, seen)


PASSING = [fault for fault in FAULTS if fault.means in ("passes", "limited", "unreached") and fault is not fl.NULL_LIST]
BEFORE = {
    ("start", "bigid"): "list",
    ("start", "glasswall"): "list",
    ("cancel", "glasswall"): "look",
    ("rescan", "glasswall"): "look",
    ("rescan", "advalidation"): "creative",
}


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: fault.name)
@pytest.mark.parametrize(("verb", "vendor"), BEFORE)
def test_the_look_before_a_change_is_a_read_like_any(
    verb: str, vendor: str, fault: Fault, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = BEFORE[verb, vendor]
    normal = words(expected(verb, vendor, fl.SELF_SIGNED_KNOWN)["always"].partition("; ")[2])  # type: ignore[index]
    seen = Cell(verb, vendor, fault, "once", at=word).run(server, monkeypatch)
    assert (str(seen), seen.made) == ("changed", verb != "cancel")
    assert seen.requests == ([] if fault.means == "unreached" else [word]) + normal
    seen = Cell(verb, vendor, fault, "always", at=word).run(server, monkeypatch)
    assert (str(seen), seen.made) == (fault.kind, 0)
    assert seen.requests == ([] if fault.means == "unreached" else [word] * 3)


def check_error(verb: str, vendor: str, fault: Fault, seen: Seen) -> None:
    """The sentence and the facts of a failure."""
    error = seen.error
    assert error
    assert TOKEN not in repr(error.facts()) + error.message
    if fault is fl.UNKNOWN_WORD:
        assert "Frobnicating" in error.message
        return
    assert re.search(fault.says, error.message)
    assert error.http_status == fault.status
    if error.kind == "wait_timeout":
        assert "had not finished" in error.message
        assert "The last poll failed: " in error.message
    if error.kind == "lost_answer":
        assert "the request may have been carried out" in error.message
        if verb != "cancel":
            assert error.result.changed is True
            assert error.result.scan is None
        if vendor == "protecto":
            assert "A scan may be running" in error.message
    elif verb in ("start", "rescan"):
        assert shown(error)["changed"] is (fault.means == "401")  # whose scan runs
    if fault.means == "401" and verb != "columns":
        assert shown(error).get("scan") or error.result.scans


def check_result(verb: str, vendor: str, fault: Fault, seen: Seen) -> None:
    """What a result tells beside its name."""
    odd_words = [said for said in seen.warnings if "Frobnicating" in said]
    assert len(odd_words) == (fault is fl.UNKNOWN_WORD and vendor != "bigid")  # whose record tells more
    if fault is fl.FUTURE and verb in ("start", "status", "rescan"):
        scans = seen.result.scans if verb == "status" else [seen.result.scan]
        assert [(scan.started_at.year, scan.finished_at, scan.finished) for scan in scans] == [
            (2099, None, False) for _scan in scans
        ]
    if verb == "columns":
        assert len(seen.result.columns) == (2 if fault is fl.REPEATS else 3)
        assert bool(seen.warnings) == (fault in (fl.REPEATS, fl.TOTAL_TOO_HIGH))
    if verb == "status" and seen.requests[-1] == "list":
        assert len({scan.id for scan in seen.result.scans}) == (2 if fault is fl.REPEATS else 3)


def test_no_cell_is_left_out() -> None:
    cells = [
        expected(verb, vendor, fault) for verb in MATRIX_VERBS for vendor in provider_classes() for fault in FAULTS
    ]
    assert len(cells) == 6 * 4 * len(FAULTS)
    assert all(cell.why if isinstance(cell, Cannot) else cell for cell in cells)
