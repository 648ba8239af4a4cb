# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the data of the registry into the generated pages. Usage: generate.py [--check]

With --check nothing is written, and the exit status shows whether a page has drifted.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
import yaml
from conftest import ROOT  # this also makes the checkout importable

# isort: split
import awx_pages
import changelog_page
import eda_page
import report_schema
import sandbox_page
import terraform_pages
import terraform_schema
import vendor_pages
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import CAPABILITIES, Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes

HEADINGS = {  # of the capabilities, and of what every provider does
    "start": "scan_start",
    "status": "scan_status, scan_wait",
    "list": "scan_status with query",
    "cancel": "scan_cancel",
    "rescan": "scan_rescan",
    "columns": "cluster_columns_info, cluster_columns_audit",
    "issues": "count_issues, max_issues",
}


def abilities() -> str:
    """The table of vendors and what each can do."""
    vendors = provider_classes().values()
    rows = [
        "| | " + " | ".join(f"[{vendor.title}](docs/vendors/{vendor.name}.md)" for vendor in vendors) + " |",
        "| --- |" + " --- |" * len(vendors),
    ]
    for name in sorted(["status", *CAPABILITIES], key=list(HEADINGS).index):
        cells = ["yes" if name == "status" or vendor.supports(name) else "no" for vendor in vendors]
        rows.append(f"| {HEADINGS[name]} | " + " | ".join(cells) + " |")
    urls = [f"`{vendor.api_url}`" if vendor.api_url else "yours" for vendor in vendors]
    rows.append("| default `api_url` | " + " | ".join(urls) + " |")
    return "\n".join(rows)


def unsupported(vendor: type[Provider]) -> str:
    """What to do where a vendor's API lacks something."""
    lines = [f"- {HEADINGS[capability]}: {sentence}" for capability, sentence in vendor.unsupported.items()]
    return "\n".join(lines) or "It lacks nothing that this collection does."


def version() -> str:
    """The version in galaxy.yml."""
    galaxy: dict[str, str] = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    return galaxy["version"]


def between(begin: str, end: str, text: Callable[[], str]) -> Callable[[str], str]:
    """Replaces what stands between two marks."""
    pattern = re.compile(f"({re.escape(begin)}).*?({re.escape(end)})", re.DOTALL)

    def replace(page: str) -> str:
        if not pattern.search(page):
            raise SystemExit(f"There is no mark {begin!r}.")
        return pattern.sub(lambda match: match[1] + text() + match[2], page)

    return replace


def in_yaml(name: str, text: Callable[[], str]) -> Callable[[str], str]:
    """Replaces what stands between two comments in YAML, in each place that has them."""
    pattern = re.compile(rf"(# generated: {name}\n).*?(^ *# end of generated: {name}$)", re.DOTALL | re.MULTILINE)

    def replace(page: str) -> str:
        if not pattern.search(page):
            raise SystemExit(f"There is no mark 'generated: {name}'.")
        return pattern.sub(lambda match: f"{match[1]}{text()}\n{match[2]}", page)

    return replace


def marked(name: str, text: Callable[[], str]) -> Callable[[str], str]:
    """Replaces what stands between two comments in a Markdown page."""
    return between(f"<!-- {name} -->\n", f"\n<!-- end of {name} -->", lambda: f"\n{text()}\n")


PAGES = {
    "README.md": [
        between("It uses the scan APIs of\n", ". The modules, states", vendor_pages.vendor_titles),
        marked("abilities", abilities),
    ],
    "CHANGELOG.md": [lambda _page: changelog_page.text()],
    "plugins/doc_fragments/connection.py": [
        in_yaml("providers", vendor_pages.provider_choices),
        in_yaml("public hosts", vendor_pages.api_url_sentence),
        in_yaml("refresh tokens", vendor_pages.refresh_token_sentence),
        in_yaml("time zones", vendor_pages.time_zone_sentence),
    ],
    "plugins/modules/scan_start.py": [in_yaml("targets", vendor_pages.target_documentation)],
    "plugins/modules/scan_rescan.py": [in_yaml("subjects", vendor_pages.rescan_documentation)],
    "roles/run_scan/README.md": [marked("targets", vendor_pages.target_table)],
    "roles/run_scan/meta/argument_specs.yml": [in_yaml("targets", vendor_pages.target_argument_specs)],
    "roles/run_scan/tasks/main.yml": [
        in_yaml("targets", vendor_pages.target_task_options),
        in_yaml("started", vendor_pages.started_target),
    ],
    "roles/sandbox/README.md": [marked("vendors", sandbox_page.sections)],
    "roles/rescan/README.md": [marked("subjects", vendor_pages.rescan_table)],
    "roles/rescan/meta/argument_specs.yml": [in_yaml("subjects", vendor_pages.rescan_argument_specs)],
    "roles/rescan/tasks/main.yml": [in_yaml("subjects", vendor_pages.rescan_task_options)],
    "plugins/module_utils/_core/http/session.py": [between('\nVERSION = "', '"\n', version)],
    "extensions/terraform/src/terraform_provider_datascan/version.py": [between('\nVERSION = "', '"\n', version)],
    # A package can only take files along that are below its own folder.
    "extensions/terraform/LICENSE": [lambda _page: (ROOT / "LICENSE").read_text(encoding="utf-8")],
    eda_page.SOURCE: [in_yaml("providers", functools.partial(eda_page.provider_choices, 4))],
    "extensions/eda/plugins/event_source/credential_types/datascan.yml": [
        in_yaml("providers", functools.partial(eda_page.provider_choices, 6))
    ],
    "docs/eda.md": [marked("arguments", eda_page.argument_table)],
    terraform_schema.PAGE: [lambda _page: terraform_schema.text()],
    **{name: [lambda _page, text=text: text] for name, text in terraform_pages.pages().items()},
    "docs/report.schema.json": [lambda _page: report_schema.text()],
    **{name: [lambda _page, text=text: text] for name, text in awx_pages.pages().items()},
    **{
        f"docs/vendors/{name}.md": [marked("unsupported", functools.partial(unsupported, vendor))]
        for name, vendor in provider_classes().items()
    },
}


def main() -> int:
    """Write the pages, or check them. Nothing is written unless every page can be made."""
    drifted: dict[str, str] = {}
    for name, changes in PAGES.items():
        path = ROOT / name
        before = after = path.read_text(encoding="utf-8") if path.exists() else ""
        for change in changes:
            after = change(after)
        if after != before:
            drifted[name] = after
    if drifted and "--check" in sys.argv[1:]:
        print(f"Run `make generate`: {', '.join(drifted)} do not match their sources.")
        return 1
    for name, text in drifted.items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
