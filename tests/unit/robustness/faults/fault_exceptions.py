# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What single faults come to otherwise than the rules for their kind say. Lists have two pages of two scans."""

from __future__ import annotations

import fault_list as fl
from fault_list import Fault
from fault_rules import ALWAYS, ONCE, RULES, Cells

_WAIT_LIMITED = {
    fl.LIMITED_SECONDS: {ONCE: "ok; look x3", ALWAYS: "wait_timeout; look x5"},
    fl.LIMITED_DATE: {ONCE: "ok; look x3", ALWAYS: "wait_timeout; look x4"},  # no try comes after the deadline
    fl.LIMITED_HOUR: {ONCE: "ok; look x3", ALWAYS: "wait_timeout; look x4"},
}
EXCEPTIONS: dict[tuple[str, str], dict[Fault, Cells]] = {
    ("start", "*"): {
        # The scan that runs is found on the second page, so that none is started.
        fl.NULL_LIST: {ONCE: "ok; list x3", ALWAYS: "unreadable; list x3"},
        fl.TOTAL_TOO_HIGH: {ALWAYS: "ok; list x3"},
        fl.TOTAL_TOO_LOW: {ALWAYS: "ok; list x3"},
        fl.REPEATS: {ALWAYS: "ok; list x2"},
    },
    ("start", "glasswall"): {
        fl.UNKNOWN_WORD: {ALWAYS: "changed; list, start, list x2"},  # the list knows better
    },
    ("start", "bigid"): {
        fl.FUTURE: {ALWAYS: "ok; list x2"},
        fl.REPEATS: {ALWAYS: "ok; list x3"},  # the third asks for everything at once
        fl.TOTAL_TOO_HIGH: {ALWAYS: "ok; list x3"},
        fl.EXPIRED_TOKEN_RENEWED: {
            ONCE: "changed; token, list, start, look, token, look x2, record",
            ALWAYS: "unauthorized; token, list, start, look, token, look",
        },
    },
    ("start", "protecto"): {
        fl.NULL_LIST: RULES["start", "protecto"]["passes"],
        fl.UNKNOWN_WORD: {ALWAYS: "changed, unknown; start"},
    },
    ("status", "*"): {
        # With a query. No scan of a page that came is left out.
        fl.NULL_LIST: {ONCE: "ok; list x3", ALWAYS: "unreadable; list x3"},
        fl.TOTAL_TOO_HIGH: {ALWAYS: "ok; list x3"},
        fl.TOTAL_TOO_LOW: {ALWAYS: "ok; list x3"},
        fl.UNKNOWN_WORD: {ALWAYS: "ok, unknown; look"},
        fl.REPEATS: {ALWAYS: "ok; list x2"},
    },
    ("status", "bigid"): {
        fl.UNKNOWN_WORD: {ALWAYS: "ok; look, record"},  # the scan's own record tells
        fl.FUTURE: {ALWAYS: "ok; list x2"},
        fl.REPEATS: {ALWAYS: "ok; list x3"},
        fl.EXPIRED_TOKEN_RENEWED: {
            ONCE: "ok; token, look x2, token, look x2, record",
            ALWAYS: "unauthorized; token, look x2, token, look",
        },
    },
    ("status", "protecto"): {
        fl.NULL_LIST: {ONCE: "ok; look x2", ALWAYS: "unreadable; look x3"},
    },
    ("status", "advalidation"): {
        fl.NULL_LIST: {ALWAYS: "ok; look"},  # of checks; the issues are counted all the same
    },
    ("cancel", "*"): {
        fl.NULL_LIST: {ALWAYS: "changed; look, cancel, look"},  # of child scans, as the document has it
        fl.UNKNOWN_WORD: {ALWAYS: "changed; look, cancel, look"},
    },
    ("rescan", "glasswall"): {
        # The rescan that runs is found on the second page.
        fl.NULL_LIST: {ONCE: "ok; look, list x3", ALWAYS: "unreadable; look, list x3"},
        fl.TOTAL_TOO_HIGH: {ALWAYS: "ok; look, list x2"},
        fl.TOTAL_TOO_LOW: {ALWAYS: "ok; look, list x2"},
        fl.REPEATS: {ALWAYS: "ok; look, list"},
        fl.UNKNOWN_WORD: {ALWAYS: "changed, unknown; look, list, rescan"},
    },
    ("rescan", "advalidation"): {
        fl.NULL_LIST: {ALWAYS: "changed; creative, rescan"},
        fl.UNKNOWN_WORD: {ALWAYS: "changed, unknown; creative, rescan"},
    },
    ("wait", "*"): {
        # For three scans, in a list of two pages.
        fl.NULL_LIST: {ONCE: "ok; list x7", ALWAYS: "wait_timeout; list x9"},
        fl.TOTAL_TOO_HIGH: {ALWAYS: "ok; (list, look) x3"},  # so many pages cost more than a look
        fl.TOTAL_TOO_LOW: {ALWAYS: "ok; list x6"},
        fl.REPEATS: {ALWAYS: "ok; list x2, look x7"},  # the third scan is on no page
        fl.UNKNOWN_WORD: {ONCE: "ok; look x3", ALWAYS: "wait_timeout; look x4"},
        fl.SLOW_BODY: {ONCE: "ok; look x4", ALWAYS: "wait_timeout; look x5"},  # each takes time
        **_WAIT_LIMITED,
    },
    ("wait", "protecto"): {
        fl.NULL_LIST: {ONCE: "ok; look x4", ALWAYS: "wait_timeout; look x8"},
    },
    ("wait", "advalidation"): {
        fl.NULL_LIST: {ALWAYS: "ok; look x3"},
        # Its Retry-After is known to lie, and counts for nothing.
        **dict.fromkeys(_WAIT_LIMITED, RULES["wait", "*"]["limited"]),
    },
    ("wait", "bigid"): {
        fl.NULL_LIST: {
            ONCE: "ok; list, look, list x2, look, list, look, record",
            ALWAYS: "wait_timeout; list, look, list x7",
        },
        fl.TOTAL_TOO_HIGH: {ALWAYS: "ok; (list, look) x3, record"},
        fl.TOTAL_TOO_LOW: {ALWAYS: "ok; (list, look) x3, record"},
        fl.REPEATS: {ALWAYS: "ok; (list, look) x3, record"},
        fl.FUTURE: {ALWAYS: "ok; (list, look) x3, record"},
        fl.UNKNOWN_WORD: {ONCE: "ok; look x2, record, look, record", ALWAYS: "ok; look, (look, record) x2"},
        fl.EXPIRED_TOKEN_RENEWED: {
            ONCE: "ok; token, look x2, token, look x2, record",
            ALWAYS: "unauthorized; token, look x2, token, look",
        },
    },
    ("columns", "*"): {
        fl.TOTAL_TOO_HIGH: {ALWAYS: "ok; columns x4"},
        fl.TOTAL_TOO_LOW: {ALWAYS: "ok; columns x3"},
        fl.REPEATS: {ALWAYS: "ok; columns x3"},
    },
}
