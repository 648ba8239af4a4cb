# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a real terraform, with the provider in the test's own process or in one that terraform starts.

Nothing of this user's Terraform is read or written, and Terraform asks no server of its makers.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import typing as t
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sandbox_server import TOKEN, Sandbox

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "extensions" / "terraform" / "src"
ADDRESS = "registry.terraform.io/datascan/datascan"
TERRAFORM = shutil.which("terraform")
LONGEST_RUN = 120  # seconds
CHANGES = 2  # the return code of `plan -detailed-exitcode` where there is something to do

needs_terraform = pytest.mark.skipif(TERRAFORM is None, reason="terraform is not on the PATH")

# For every file of tests that run terraform: pytestmark = TERRAFORM_MARKS
TERRAFORM_MARKS = [pytest.mark.one_core, needs_terraform]


def import_path() -> None:
    """Make the provider's package importable as in a checkout."""
    if str(SOURCE) not in sys.path:
        sys.path.append(str(SOURCE))


@dataclass(frozen=True)
class TerraformRun:
    """A finished terraform: its return code, and what it printed."""

    rc: int
    output: str

    @property
    def text(self) -> str:
        """The output in one line, without the frames around diagnostics."""
        return " ".join(self.output.translate(str.maketrans("│╷╵", "   ")).split())


def clean_environment(home: Path) -> dict[str, str]:
    """This environment without what configures Terraform, the provider, Python or a proxy, and with another home."""
    left_out = ("TF_", "DATASCAN_", "PYTHON")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(left_out) and not name.upper().endswith("_PROXY")
    }
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "empty.tfrc"
    settings.touch()
    return {
        **kept,
        "HOME": str(home),
        "TF_CLI_CONFIG_FILE": str(settings),
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "PYTHONPYCACHEPREFIX": str(ROOT / ".work/cache/bytecode"),  # of a provider that runs from the checkout
    }


@contextmanager
def reattached(make_provider: Callable[[], t.Any]) -> Iterator[dict[str, str]]:
    """Serve providers in this process; what terraform's environment needs to use them.

    Each connection gets a provider of its own, as each alias and each start has in a real run. The port is TCP, because
    connections to a unix socket have no names.
    """
    import_path()
    from terraform_provider_datascan.protocol.server import make_server
    from terraform_provider_datascan.protocol.servicer import Servicer

    servicers: dict[str, t.Any] = {}
    lock = threading.Lock()

    def servicer_of(context: t.Any) -> t.Any:
        with lock:
            return servicers.setdefault(context.peer(), Servicer(make_provider()))

    server = make_server(servicer_of, lambda: None)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    reattach = {
        ADDRESS: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "tcp", "String": f"127.0.0.1:{port}"},
        }
    }
    try:
        yield {"TF_REATTACH_PROVIDERS": json.dumps(reattach)}
    finally:
        server.stop(0).wait()


class Terraform:
    """A folder with a configuration, in which terraform runs."""

    def __init__(self, folder: Path, make_provider: Callable[[], t.Any] | None = None, **environment: str) -> None:
        """`make_provider` runs the provider in this process. Without it terraform finds and starts one."""
        self.folder = folder
        self._make_provider = make_provider
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = {**clean_environment(folder.parent / f"{folder.name}-home"), **environment}

    def write(self, text: str, name: str = "main.tf") -> None:
        """Write a file of the configuration."""
        (self.folder / name).write_text(text)

    def run(self, *arguments: str, **environment: str) -> TerraformRun:
        """Run a command. Standard output and standard error are one text."""
        if self._make_provider is None:
            return self._run(arguments, environment)
        with reattached(self._make_provider) as reattach:
            return self._run(arguments, {**reattach, **environment})

    def _run(self, arguments: tuple[str, ...], environment: dict[str, str]) -> TerraformRun:
        command = self.command(*arguments)
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LONGEST_RUN,
            text=True,
            check=False,
        )
        return TerraformRun(done.returncode, done.stdout)

    def command(self, name: str, *arguments: str) -> list[str]:
        """The command line, for tests that start it themselves."""
        colors = ["-no-color"] if name in ("init", "plan", "apply", "destroy", "import", "test", "validate") else []
        return [str(TERRAFORM), name, *colors, *arguments]

    def init(self, *arguments: str) -> TerraformRun:
        """Needed for modules, and for a provider that is not in this process."""
        return self.run("init", *arguments)

    def apply(self, *arguments: str, **environment: str) -> TerraformRun:
        """Apply without asking."""
        return self.run("apply", "-auto-approve", *arguments, **environment)

    def plan(self, *arguments: str, **environment: str) -> TerraformRun:
        """Plan; the return code is CHANGES where there is something to do, and 0 where there is not."""
        return self.run("plan", "-detailed-exitcode", *arguments, **environment)

    def destroy(self, *arguments: str, **environment: str) -> TerraformRun:
        """Destroy without asking."""
        return self.run("destroy", "-auto-approve", *arguments, **environment)

    def show_state(self) -> dict[str, dict[str, t.Any]]:
        """The attributes of each resource and data source in the state, by address; sensitive ones, too."""
        state = self.state_file()
        found = {}
        for resource in state.get("resources", ()):
            address = f"{resource['type']}.{resource['name']}"
            address = f"data.{address}" if resource["mode"] == "data" else address
            address = f"{resource['module']}.{address}" if "module" in resource else address
            for instance in resource["instances"]:
                key = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
                found[address + key] = instance["attributes"]
        return found

    def state_file(self) -> dict[str, t.Any]:
        """The state as it is stored; empty if there is none. Terraform locks an empty file before it writes one."""
        path = self.folder / "terraform.tfstate"
        text = path.read_text() if path.exists() else ""
        return t.cast("dict[str, t.Any]", json.loads(text or "{}"))

    def outputs(self) -> dict[str, t.Any]:
        """The configuration's outputs."""
        return {name: output["value"] for name, output in self.state_file().get("outputs", {}).items()}

    def is_tainted(self, address: str) -> bool:
        """Whether the next apply replaces a resource (without index) because its creation failed."""
        return any(
            instance.get("status") == "tainted"
            for resource in self.state_file().get("resources", ())
            if f"{resource['type']}.{resource['name']}" == address
            for instance in resource["instances"]
        )


REQUIRED_PROVIDERS = """
terraform {
  required_providers {
    datascan = { source = "datascan/datascan" }
  }
}
"""


def provider_block(sandbox: Sandbox, vendor: str = "glasswall", alias: str | None = None, **options: t.Any) -> str:
    """A provider's configuration for the sandbox."""
    given = {"vendor": vendor, "api_url": sandbox.api_urls[vendor], "api_token": TOKEN, **options}
    lines = [f"  {name} = {json.dumps(value)}" for name, value in given.items() if value is not None]
    lines += [f'  alias = "{alias}"'] if alias else []
    return "\n".join(['provider "datascan" {', *lines, "}", ""])


def make_provider() -> t.Any:
    """The provider of this checkout."""
    import_path()
    from terraform_provider_datascan.provider import DatascanProvider

    return DatascanProvider()


@pytest.fixture
def terraform(tmp_path: Path) -> Terraform:
    """Terraform in an empty folder, with the provider in this process. Import this fixture, and TERRAFORM_MARKS."""
    return Terraform(tmp_path / "terraform", make_provider)
