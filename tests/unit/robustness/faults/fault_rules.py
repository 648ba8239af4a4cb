# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each kind of fault has to come to, by verb and vendor, as DESIGN, section 4, promises it.

A cell is "result; requests", and has a text for each way in which its fault may strike.
"""

from __future__ import annotations

WRITES = ("start", "cancel", "rescan")
# How a fault strikes: one request; one request that was carried out all the same; every request.
ONCE, TAKEN, ALWAYS = "once", "taken", "always"

Cells = dict[str, str]  # the way in which the fault strikes -> "result; requests"

_UNTRUSTED = {ALWAYS: "untrusted_certificate; nothing"}

# By verb, and by vendor where vendors differ ("*" is any other): what a fault means -> what comes of it.
# {kind} is the kind of the fault's error, {first} and {both} the seconds that pass before the tries after it.
RULES: dict[tuple[str, str], dict[str, Cells]] = {
    ("start", "*"): {
        "none": {ALWAYS: "changed; list, start"},
        "unreached": {ONCE: "changed; list, start", ALWAYS: "{kind}; list"},
        "limited": {ONCE: "changed after {first} s; list, start x2", ALWAYS: "{kind} after {both} s; list, start x3"},
        "passes": {
            ONCE: "changed; list, start, list x3, start",
            TAKEN: "changed; list, start, list",
            ALWAYS: "lost_answer; list, (start, list x3) x3",
        },
        "refused": {ALWAYS: "{kind}; list, start"},
        "401": {ALWAYS: "{kind}; list, start, look"},
    },
    # Two looks, a second apart, make sure that no other pipeline started one at the same moment.
    ("start", "glasswall"): {
        "none": {ALWAYS: "changed; list, start, list x2"},
        "unreached": {ONCE: "changed; list, start, list x2", ALWAYS: "{kind}; list"},
        "limited": {
            ONCE: "changed after {first} s; list, start x2, list x2",
            ALWAYS: "{kind} after {both} s; list, start x3",
        },
        "passes": {
            ONCE: "changed; list, start, list x3, start, list x2",
            TAKEN: "changed; list, start, list x2",
            ALWAYS: "lost_answer; list, (start, list x3) x3",
        },
        "refused": {ALWAYS: "{kind}; list, start"},
        "401": {ALWAYS: "{kind}; list, start, list x2, look"},
    },
    ("start", "protecto"): {
        "none": {ALWAYS: "changed; start"},
        "unreached": {ONCE: "changed; start", ALWAYS: "{kind}; nothing"},
        "limited": {ONCE: "changed after {first} s; start x2", ALWAYS: "{kind} after {both} s; start x3"},
        "passes": {ONCE: "lost_answer; start", TAKEN: "lost_answer; start", ALWAYS: "lost_answer; start"},
        "refused": {ALWAYS: "{kind}; start"},
        "401": {ALWAYS: "{kind}; start, look"},
    },
    ("status", "*"): {
        "none": {ALWAYS: "ok; look"},
        "unreached": {ONCE: "ok; look", ALWAYS: "{kind}; nothing"},
        "limited": {ONCE: "ok after {first} s; look x2", ALWAYS: "{kind} after {both} s; look x3"},
        "passes": {ONCE: "ok; look x2", ALWAYS: "{kind}; look x3"},
        "refused": {ALWAYS: "{kind}; look"},
        "endless": {ALWAYS: "{kind}; look"},
        "401": {ALWAYS: "{kind}; look x2"},
    },
    ("cancel", "*"): {
        "none": {ALWAYS: "changed; look, cancel, look"},
        "unreached": {ONCE: "changed; look, cancel, look", ALWAYS: "{kind}; look"},
        "limited": {
            ONCE: "changed after {first} s; look, cancel x2, look",
            ALWAYS: "{kind} after {both} s; look, cancel x3",
        },
        # To cancel twice does no harm.
        "passes": {
            ONCE: "changed; look, cancel, look, cancel, look",
            TAKEN: "changed; look, cancel, look x2",
            ALWAYS: "lost_answer; look, cancel, look, cancel",
        },
        "refused": {ALWAYS: "{kind}; look, cancel"},
        "401": {ALWAYS: "{kind}; look, cancel, look x3"},
    },
    ("rescan", "glasswall"): {
        "none": {ALWAYS: "changed; look, list, rescan"},
        "unreached": {ONCE: "changed; look, list, rescan", ALWAYS: "{kind}; look, list"},
        "limited": {
            ONCE: "changed after {first} s; look, list, rescan x2",
            ALWAYS: "{kind} after {both} s; look, list, rescan x3",
        },
        "passes": {
            ONCE: "changed; look, list, rescan, (look, list) x3, rescan",
            TAKEN: "changed; look, list, rescan, look x2",
            ALWAYS: "lost_answer; look, list, (rescan, (look, list) x3) x3",
        },
        "refused": {ALWAYS: "{kind}; look, list, rescan"},
        "401": {ALWAYS: "{kind}; look, list, rescan, look"},
    },
    ("rescan", "advalidation"): {
        "none": {ALWAYS: "changed; creative, rescan"},
        "unreached": {ONCE: "changed; creative, rescan", ALWAYS: "{kind}; creative"},
        "limited": {
            ONCE: "changed after {first} s; creative, rescan x2",
            ALWAYS: "{kind} after {both} s; creative, rescan x3",
        },
        "passes": {
            ONCE: "changed; creative, rescan, creative x3, rescan",
            TAKEN: "changed; creative, rescan, creative",
            ALWAYS: "lost_answer; creative, (rescan, creative x3) x3",
        },
        "refused": {ALWAYS: "{kind}; creative, rescan"},
        "401": {ALWAYS: "{kind}; creative, rescan, look"},
    },
    # Looks at 0 s, 10 s and 20 s, of a scan that lasts 15 s. The fault strikes from 10 s on; the time is up at 25 s.
    ("wait", "*"): {
        "none": {ALWAYS: "ok; look x3"},
        "unreached": {ONCE: "ok; look x3", ALWAYS: "wait_timeout; look"},
        "limited": {ONCE: "ok; look x4", ALWAYS: "wait_timeout; look x8"},
        "passes": {ONCE: "ok; look x4", ALWAYS: "wait_timeout; look x8"},
        "refused": {ALWAYS: "{kind}; look x2"},
        "endless": {ALWAYS: "{kind}; look x2"},
        "401": {ALWAYS: "{kind}; look x2"},
    },
    ("columns", "*"): {  # on two pages
        "none": {ALWAYS: "ok; columns x2"},
        "unreached": {ONCE: "ok; columns x2", ALWAYS: "{kind}; nothing"},
        "limited": {ONCE: "ok after {first} s; columns x3", ALWAYS: "{kind} after {both} s; columns x3"},
        "passes": {ONCE: "ok; columns x3", ALWAYS: "{kind}; columns x3"},
        "refused": {ALWAYS: "{kind}; columns"},
        "endless": {ALWAYS: "{kind}; columns"},
    },
}
for (_verb, _vendor), _rules in RULES.items():
    _rules["untrusted"] = _UNTRUSTED
    if _verb in WRITES:
        _rules["endless"] = _rules["passes"]
