# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The expected result of each kind of fault, by operation, as DESIGN, section 4, promises it.

A cell is "result; requests". Its requests are written relative to the same run without a fault, so that no vendor is
named: {before} and {after} are what that run sends before and after the request that is struck, {normal} is all of it,
and {record} what the provider asks for beside a scan's state. `reads` is a few requests that
change nothing. A result that ends in `?` is of state unknown, unless a later request shows the state.
"""

from __future__ import annotations

WRITES = ("start", "cancel", "rescan")
# How a fault strikes: one request; one request that is carried out nevertheless; every request.
ONCE, TAKEN, ALWAYS = "once", "taken", "always"

Cells = dict[str, str]  # how the fault strikes -> "result; requests"


def _create(write: str) -> dict[str, Cells]:
    """A start or a rescan whose scan can be found. The search sends the same requests as before the start."""
    return {
        "none": {ALWAYS: "changed; {normal}"},
        "unknown state": {ALWAYS: "changed?; {normal}"},
        "unreached": {ONCE: "changed; {normal}", ALWAYS: "{kind}; {before}"},
        "limited": {
            ONCE: f"changed after {{first}} s; {{before}}, {write} x2, {{after}}",
            ALWAYS: f"{{kind}} after {{both}} s; {{before}}, {write} x3",
        },
        "passes": {
            ONCE: f"changed; {{before}}, {write}, ({{before}}) x3, {write}, {{after}}",
            TAKEN: f"changed; {{before}}, {write}, reads",
            ALWAYS: f"lost_answer; {{before}}, ({write}, ({{before}}) x3) x3",
        },
        "refused": {ALWAYS: f"{{kind}}; {{before}}, {write}"},
    }


# Faults that have the same consequence for every operation.
COMMON: dict[str, Cells] = {
    "untrusted": {ALWAYS: "untrusted_certificate; nothing"},
    "401": {ALWAYS: "{kind}; {before}, get"},
    "401, renewed": {
        ONCE: "{result}; refresh, {before}, get, refresh, get, {after}",
        ALWAYS: "{kind}; refresh, {before}, get, refresh, get",
    },
    # The scan that the operation is about is on the second page of a list.
    "lying list": {ALWAYS: "ok; reads"},
    "null list": {ONCE: "ok; {before}, {struck} x2, {after}", ALWAYS: "{kind}; {before}, {struck} x3"},
}
_LOST = "lost_answer; {before}, start"
# Operation, also of a vendor with or without a capability -> what a fault means -> the expected result.
# {kind} is the kind of the fault's error, {first} and {both} the seconds that pass before the tries after it.
RULES: dict[str, dict[str, Cells]] = {
    "start": _create("start"),
    "start without list": {"passes": {ONCE: _LOST, TAKEN: _LOST, ALWAYS: _LOST}},
    "rescan": _create("rescan"),
    "status": {
        "none": {ALWAYS: "ok; {normal}"},
        "unknown state": {ALWAYS: "ok?; {normal}, {record}"},
        "unreached": {ONCE: "ok; {normal}", ALWAYS: "{kind}; nothing"},
        "limited": {ONCE: "ok after {first} s; get x2", ALWAYS: "{kind} after {both} s; get x3"},
        "passes": {ONCE: "ok; get x2", ALWAYS: "{kind}; get x3"},
        "refused": {ALWAYS: "{kind}; get"},
        "endless": {ALWAYS: "{kind}; get"},
    },
    "cancel": {
        "none": {ALWAYS: "changed; {normal}"},
        "unknown state": {ALWAYS: "changed?; {normal}"},
        "unreached": {ONCE: "changed; {normal}", ALWAYS: "{kind}; {before}"},
        "limited": {
            ONCE: "changed after {first} s; {before}, cancel x2, {after}",
            ALWAYS: "{kind} after {both} s; {before}, cancel x3",
        },
        # A repeated cancellation is harmless.
        "passes": {
            ONCE: "changed; {before}, cancel, get, cancel, {after}",
            TAKEN: "changed; {before}, cancel, get, {after}",
            ALWAYS: "lost_answer; {before}, cancel, get, cancel",
        },
        "refused": {ALWAYS: "{kind}; {before}, cancel"},
    },
    # Polls at 0 s, 10 s and 20 s, of a scan that lasts 15 s. The fault strikes from 10 s on; the deadline is at 25 s.
    "wait": {
        "none": {ALWAYS: "ok; {normal}"},
        "unknown state": {ONCE: "ok; get x3", ALWAYS: "wait_timeout; get x4"},
        "unreached": {ONCE: "ok; {normal}", ALWAYS: "wait_timeout; get"},
        "limited": {ONCE: "ok; get x4, {record}", ALWAYS: "wait_timeout; get x8"},
        "limited 7 s": {ONCE: "ok; {normal}", ALWAYS: "wait_timeout; get x5"},
        "limited 20 s": {ONCE: "ok; {normal}", ALWAYS: "wait_timeout; get x4"},  # no retry comes after the deadline
        "limited 60 s": {ONCE: "ok; {normal}", ALWAYS: "wait_timeout; get x4"},
        "passes": {ONCE: "ok; get x4, {record}", ALWAYS: "wait_timeout; get x8"},
        "null list": {ONCE: "ok; {before}, {struck} x2, {after}", ALWAYS: "wait_timeout; {before}, {struck} x7"},
        "slow": {ONCE: "ok; get x4, {record}", ALWAYS: "wait_timeout; get x5"},  # each takes 2 s
        "refused": {ALWAYS: "{kind}; get x2"},
        "endless": {ALWAYS: "{kind}; get x2"},
    },
    "wait with record": {
        # The record shows that the scan has completed, and the status may contradict the record.
        "unknown state": {
            ONCE: "ok; get x2, {record}, get, {record}",
            ALWAYS: "wait_timeout; get, (get, {record}) x3",
        }
    },
    "columns": {  # on two pages
        "none": {ALWAYS: "ok; {normal}"},
        "unreached": {ONCE: "ok; {normal}", ALWAYS: "{kind}; nothing"},
        "limited": {ONCE: "ok after {first} s; columns x3", ALWAYS: "{kind} after {both} s; columns x3"},
        "passes": {ONCE: "ok; columns x3", ALWAYS: "{kind}; columns x3"},
        "refused": {ALWAYS: "{kind}; columns"},
        "endless": {ALWAYS: "{kind}; columns"},
    },
    "issues": {  # on two pages, of a scan that is read before
        "none": {ALWAYS: "ok; {normal}"},
        "unreached": {ONCE: "ok; {normal}", ALWAYS: "{kind}; {before}"},
        "limited": {
            ONCE: "ok after {first} s; {before}, issues x2, {after}",
            ALWAYS: "{kind} after {both} s; {before}, issues x3",
        },
        "passes": {ONCE: "ok; {before}, issues x2, {after}", ALWAYS: "{kind}; {before}, issues x3"},
        "refused": {ALWAYS: "{kind}; {before}, issues"},
        "endless": {ALWAYS: "{kind}; {before}, issues"},
    },
}
