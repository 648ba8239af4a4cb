# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the caller's pip settings as one pip.conf, because ansible-test hides pip's environment and home from it."""

from __future__ import annotations

import ast
import configparser
import os
import subprocess
import sys

# The sources of packages, and the network settings. Other settings must not influence a test.
OPTIONS = (
    "index-url",
    "extra-index-url",
    "find-links",
    "no-index",
    "trusted-host",
    "cert",
    "client-cert",
    "proxy",
    "timeout",
)
# Variables without pip's prefix that pip reads from the environment.
FALLBACKS = {
    "cert": ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"),
    "proxy": ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"),
}


def configured() -> dict[str, str]:
    """Return the settings of pip's files and PIP_ variables; `pip config list` prints lines like global.cert='x'."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, dict[str, str]] = {}
    for line in listed.splitlines():
        key, value = line.split("=", 1)
        section, option = key.rsplit(".", 1)
        found.setdefault(section, {})[option] = " ".join(str(ast.literal_eval(value)).split())
    # pip's own order: the command's section wins over global, the environment over both.
    merged = {**found.get("global", {}), **found.get("install", {}), **found.get(":env:", {})}
    if "default-timeout" in merged:
        merged["timeout"] = merged["default-timeout"]
    return merged


def main() -> None:
    """Print the file."""
    settings = configured()
    for option, names in FALLBACKS.items():
        values = [os.environ[name] for name in names if os.environ.get(name)]
        if values:
            settings.setdefault(option, values[0])
    parser = configparser.RawConfigParser()
    parser["global"] = {option: settings[option] for option in OPTIONS if option in settings}
    # Errors only: ansible-test installs a dozen small environments.
    parser["global"]["quiet"] = "2"
    parser.write(sys.stdout)


if __name__ == "__main__":
    main()
