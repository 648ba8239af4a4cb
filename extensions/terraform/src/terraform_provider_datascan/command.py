# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line. Terraform's starts come through here, too, so what they do not need is not imported."""

from __future__ import annotations

import sys
import typing as t
from collections.abc import Sequence

from .version import VERSION

if t.TYPE_CHECKING:
    import argparse

PROGRAM = "terraform-provider-datascan"
FAILED, WRONG_USE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit status. Serving does not return."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if not given or given[0] == "serve":
            return _serve(given[1] if len(given) > 1 else VERSION)
        return _manage(given)
    except KeyboardInterrupt:
        return FAILED


def _serve(wanted: str) -> int:
    """Be the provider, if Terraform asks. Its message is what Terraform shows: the first line on standard output."""
    try:
        from .protocol.server import is_started_by_terraform, serve
        from .protocol.servicer import Servicer
    except ImportError as error:
        return _refuse(f"{sys.executable} cannot load the provider's library {error.name}. Install {PROGRAM} again.")
    if not is_started_by_terraform():
        print(
            f"Terraform starts this program. Run `{PROGRAM} install` once, and then `terraform init`.", file=sys.stderr
        )
        return FAILED
    if wanted != VERSION:
        return _refuse(
            f"The provider's version {wanted} is not installed any more, but {VERSION} is. "
            f"Run `{PROGRAM} install`, and then `terraform init -upgrade`."
        )
    from .provider import DatascanProvider

    try:
        serve(Servicer(DatascanProvider()))
    except OSError as error:
        return _refuse(f"The provider cannot make a socket: {error.strerror or error}. Set TMPDIR to another folder.")


def _refuse(sentence: str) -> int:
    print(sentence.replace("|", " "))  # a bar would make it a handshake
    return FAILED


def _manage(arguments: Sequence[str]) -> int:
    from .installation import Installation, InstallationError, default_plugins_folder, host_platform

    options = _parser().parse_args(arguments)
    try:
        plugins = options.plugins_dir or default_plugins_folder()
        installation = Installation(plugins, options.platform or host_platform(), VERSION)
        if options.command == "install":
            changed = installation.install()
            print(f"{'Installed' if changed else 'Already installed'}: {installation.launcher}")
        else:
            changed = installation.uninstall()
            print(f"{'Removed' if changed else 'Not installed'}: {installation.launcher}")
    except InstallationError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    import argparse

    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Installs the Terraform provider datascan/datascan for `terraform init`, and removes it.",
    )
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (
        ("install", f"let `terraform init` find version {VERSION} of the provider"),
        ("uninstall", "remove what `install` has written"),
    ):
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument(
            "--plugins-dir",
            metavar="DIR",
            help="a folder that Terraform searches for providers; ~/.terraform.d/plugins if not given",
        )
        command.add_argument(
            "--platform", metavar="OS_ARCH", help="Terraform's, such as darwin_arm64; this machine's if not given"
        )
    return parser
