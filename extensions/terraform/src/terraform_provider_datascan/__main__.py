# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the command `terraform-provider-datascan`, also by this file's path, as the launcher does."""

from __future__ import annotations

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
if sys.path and os.path.abspath(sys.path[0]) == _HERE:
    # Python puts the folder of a file that it runs first, where our modules would hide others of the same names. The
    # folder above is needed in a checkout.
    sys.path[:] = [*sys.path[1:], os.path.dirname(_HERE)]

from terraform_provider_datascan.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
