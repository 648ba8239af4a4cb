# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two plays of run_scan that start a scan at the same moment."""

from __future__ import annotations

from play_process import HOUR, LONG, START, PlayProcess


def test_they_end_with_one_scan_and_the_same_verdict(sandbox, collections, tmp_path):
    """Also where the vendor's times are whole seconds, so that neither may have started before the other."""
    sandbox.settings(**{**LONG, "time_fraction": False})
    # Both are told that none runs, before either goes on.
    sandbox.fault("GET", "/scans$", {"kind": "slow_body", "seconds": 12}, times=2)
    plays = [PlayProcess(sandbox, tmp_path / name, collections, "uploads") for name in ("one", "two")]
    try:
        plays[0].until(lambda: any(entry["method"] == "DELETE" for entry in sandbox.journal()))
        sandbox.control("POST", "clock", {"advance": 2 * HOUR})
        assert [play.end() for play in plays] == [0, 0], plays[0].output + plays[1].output
    finally:
        for play in plays:
            play.kill()
    scans = {scan["scanId"]: scan["scanStatus"] for scan in sandbox.scans()}
    assert sorted(scans.values()) == ["Cancelled", "Completed"]
    results = [play.result(START) for play in plays]
    assert {scans[result["scan"]["id"]] for result in results} == {"Completed"}
    assert sorted((result["changed"], result["reused"]) for result in results) == [(False, True), (True, False)]
    printed = [" ".join(play.output.split()) for play in plays]  # ansible-core 2.18 and older break warnings into lines
    assert sum(" of this task. Scan " in text and " was cancelled." in text for text in printed) == 1
