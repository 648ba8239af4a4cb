# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(h) The Terraform provider: its start, compared with an idle Python, and a plan, compared with terraform alone."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from fake_connection_string import STORAGE
from measure import Command, Spent, alternately
from sandbox_server import Sandbox
from table import Row, at_most
from terraform_runs import REQUIRED_PROVIDERS, SOURCE, TERRAFORM, Terraform, import_path, provider_block

ROUNDS = 5
SCAN = f"""
resource "datascan_scan" "uploads" {{
  glasswall = {{
    source_connection_string      = "{STORAGE}"
    source_container_path         = "uploads"
    destination_connection_string = "{STORAGE}"
    target_container_path         = "clean"
    quarantine_container_path     = "quarantine"
  }}
}}
"""
# The same work as in a start for the schema: all imports, the certificate, and the response.
START = """
from terraform_provider_datascan.protocol.certificate import make_certificate
from terraform_provider_datascan.protocol.server import make_server
from terraform_provider_datascan.protocol.servicer import Servicer
from terraform_provider_datascan.provider import DatascanProvider
make_certificate()
servicer = Servicer(DatascanProvider())
make_server(lambda _context: servicer, print)
servicer.GetProviderSchema(None).SerializeToString()
"""
CORE = "\nDatascanProvider().access"


def rows(sandbox: Sandbox, folder: Path) -> list[Row]:
    """Processor time: of one start, and of a plan without changes with all starts that it takes."""
    if TERRAFORM is None:
        return []
    scans, nothing = Terraform(folder / "scans"), Terraform(folder / "nothing")
    _install(Path(scans.environment["HOME"]))
    scans.write(REQUIRED_PROVIDERS + provider_block(sandbox) + SCAN)
    nothing.write('resource "terraform_data" "nothing" {}\n')
    for terraform in (scans, nothing):
        for done in (terraform.init(), terraform.apply()):
            if done.rc:
                raise RuntimeError(done.output)
    spent = alternately(
        ROUNDS,
        {
            "python": partial(_python, folder, "pass"),
            "schema": partial(_python, folder, START),
            "core": partial(_python, folder, START + CORE),
            "nothing": partial(_plan, nothing),
            "scans": partial(_plan, scans),
        },
    )
    sandbox.forget()
    _plan(scans)
    return [
        at_most(
            "(h) a start of the Terraform provider that is asked for its schema, processor",
            spent["schema"].processor,
            spent["python"].processor,
        ),
        at_most("(h) a start that loads the core, processor", spent["core"].processor, spent["python"].processor),
        at_most("(h) a plan of a scan, processor", spent["scans"].processor, spent["nothing"].processor),
        at_most("(h) the same, wall", spent["scans"].wall, spent["nothing"].wall),
        Row("(h) the same, requests", str(len(sandbox.journal())), "0"),
    ]


def _install(home: Path) -> None:
    import_path()
    from terraform_provider_datascan.installation import Installation, host_platform
    from terraform_provider_datascan.version import VERSION

    Installation(str(home / ".terraform.d" / "plugins"), host_platform(), VERSION).install()


def _python(folder: Path, program: str) -> Spent:
    environment = {"PYTHONPATH": str(SOURCE)}
    return Command([sys.executable, "-c", program], folder, environment).run()


def _plan(terraform: Terraform) -> Spent:
    environment = {name: value for name, value in terraform.environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return Command(terraform.command("plan"), terraform.folder, environment).run()
