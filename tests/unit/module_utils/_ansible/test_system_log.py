# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The line about its call that a module writes to the system's log."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from glasswall_script import SAS, SCAN_ID, TARGET
from module_args import patch_module_args
from module_specs import SPECS

TOKEN = "t0ken\\with'quotes\"and\u00e9"
SAMPLES = ["zoe\\zebra", "O'Zanzibar", "quince\nend"]
LOGGED: list[tuple[str, dict[str, t.Any], tuple[str, ...]]] = [
    ("scan_start", {"provider": "glasswall", "glasswall": {**TARGET, "auto_rescan": False}}, (SCAN_ID,)),
    (
        "scan_start",
        {
            "provider": "protecto",
            "protecto": {
                "objects": [
                    {
                        "data_source_name": "crm",
                        "object_name": ["people"],
                        "data_samples": [{"column_name": "surname", "samples": SAMPLES}],
                    }
                ]
            },
        },
        ("people", "crm"),
    ),
    ("scan_wait", {"provider": "glasswall", "scan_ids": [SAS, SCAN_ID]}, (SCAN_ID,)),
    ("scan_status", {"provider": "bigid", "scan_ids": [TOKEN], "refresh_token": TOKEN}, ("bigid",)),
]


@pytest.mark.parametrize(("name", "options", "shown"), LOGGED)
def test_the_log_has_the_call_and_no_secret(
    name: str,
    options: dict[str, t.Any],
    shown: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda self, msg, log_args=None: logged.append(f"{msg} {log_args}"))
    given = {
        "api_url": "http://127.0.0.1:9/v1",
        "api_token": TOKEN,
        "retries": 0,
        **options,
        "previous_scan_id": SCAN_ID,
    }
    if name != "scan_start":
        del given["previous_scan_id"]
    with patch_module_args(given), pytest.raises(SystemExit):
        run_module(SPECS[name])
    text = "\n".join(logged) + capsys.readouterr().out
    assert logged and all(word in text for word in shown)
    for secret in ("t0ken", "and\u00e9", "ZmFrZQ", "zebra", "Zanzibar", "quince"):
        assert secret not in text
