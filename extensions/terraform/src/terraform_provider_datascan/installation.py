# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the provider where `terraform init` finds it without a registry, and removes it.

Terraform searches ~/.terraform.d/plugins for HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/terraform-provider-TYPE_vVERSION, as
https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories describes. It notes a
checksum over all files of the folder OS_ARCH in the lock file of a configuration, so what is in this folder is the same
on every machine. The path of Python, which is not, is in a file beside the folder.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

_ADDRESS = Path("registry.terraform.io", "datascan", "datascan")
_ARCHITECTURES = {
    "x86_64": "amd64",
    "amd64": "amd64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "i386": "386",
    "i686": "386",
    "armv6l": "arm",
    "armv7l": "arm",
}
_LAUNCHER = """\
#!/bin/sh
# Terraform starts this file. Its bytes are the same on every machine, because configurations' lock files hold their
# checksum. The paths of Python and of the provider are in a file beside this folder.
version={version}
folder=$(CDPATH='' cd -P -- "${{0%/*}}" && pwd -P)
python='' program=''
if [ -r "$folder.python" ]; then
    {{ IFS= read -r python && IFS= read -r program; }} <"$folder.python"
fi
if [ -x "$python" ] && [ -r "$program" ]; then
    exec "$python" "$program" serve "$version"
fi
if command -v terraform-provider-datascan >/dev/null; then
    exec terraform-provider-datascan serve "$version"
fi
# Terraform shows the first line of standard output.
echo "The provider's Python package is gone. Run: pip install terraform-provider-datascan==$version &&" \\
    "terraform-provider-datascan install"
exit 1
"""


class InstallationError(Exception):
    """One sentence for the user."""


def default_plugins_folder() -> str:
    """Where every Terraform on Linux and macOS searches. Raises InstallationError if this user has no home."""
    folder = os.path.expanduser("~/.terraform.d/plugins")
    if not os.path.isabs(folder):
        raise InstallationError("This user has no home folder. Set HOME, or give --plugins-dir.")
    return folder


def host_platform() -> str:
    """Terraform's name of this machine's platform. Raises InstallationError where the provider does not run."""
    system, machine = platform.system().lower(), platform.machine().lower()
    if system not in ("linux", "darwin"):
        raise InstallationError("The provider runs on Linux and macOS only. On Windows, use WSL.")
    if machine not in _ARCHITECTURES:
        raise InstallationError(f"Terraform's name for the processor {machine} is not known. Give --platform.")
    return f"{system}_{_ARCHITECTURES[machine]}"


class Installation:
    """One version of the provider in one folder of plugins, for one platform."""

    def __init__(self, plugins_folder: str, platform_name: str, version: str) -> None:
        if not re.fullmatch(r"(linux|darwin)_[a-z0-9]+", platform_name):
            raise InstallationError(f"The platform {platform_name!r} is not supported. Name one such as linux_amd64.")
        self._plugins = Path(plugins_folder).expanduser().absolute()
        self._package = self._plugins / _ADDRESS / version / platform_name
        self.launcher = self._package / f"terraform-provider-datascan_v{version}"
        self._paths = self._package.with_name(f"{platform_name}.python")
        self._version = version

    def install(self) -> bool:
        """Write both files. Returns false if they are as they should be. Raises InstallationError."""
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "__main__.py")
        if not sys.executable or "\n" in sys.executable + program:
            raise InstallationError("The path of Python cannot be written down: install the package in another folder.")
        paths = f"{sys.executable}\n{program}\n"
        changed = _write(self._paths, paths, 0o644)  # first: a launcher without it does not work
        return _write(self.launcher, _LAUNCHER.format(version=self._version), 0o755) or changed

    def uninstall(self) -> bool:
        """Remove both files, and the folders that are empty then. Returns false if there were none."""
        removed = [_remove(path) for path in (self.launcher, self._paths)]
        folder = self._package
        with suppress(OSError):  # one that is not empty stays, with those above
            while folder != self._plugins:
                folder.rmdir()
                folder = folder.parent
        return any(removed)


def _write(path: Path, text: str, mode: int) -> bool:
    """Write a file in one step, because Terraform may run it at this moment. Returns false if it is there already."""
    try:
        if path.is_file() and path.read_text(encoding="utf-8") == text and path.stat().st_mode & 0o777 == mode:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not in the folder of the package: a leftover would change its checksum.
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent.parent, prefix=".datascan-", delete=False
        ) as file:
            try:
                file.write(text)
                file.close()
                os.chmod(file.name, mode)
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
    except (OSError, UnicodeError) as error:
        raise _failed("write", path, error) from error
    return True


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _failed("remove", path, error) from error
    return True


def _failed(what: str, path: Path, error: Exception) -> InstallationError:
    reason = getattr(error, "strerror", None) or str(error)
    return InstallationError(
        f"cannot {what} {path}: {reason}. Give another folder with --plugins-dir, or mend this one."
    )
