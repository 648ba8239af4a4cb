# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendors. A module here that defines a Vendor adds one, and nothing else has to name it."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ..vendor import Vendor


def vendor_classes() -> list[type[Vendor]]:
    """The class of each vendor, in the order of their names."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found = {
        kind.name: kind
        for module in modules
        for kind in vars(module).values()
        # Not isinstance(kind, type): on Python 3.10, that is true of an alias such as dict[str, str], too.
        if issubclass(type(kind), type) and issubclass(kind, Vendor) and kind.__module__ == module.__name__
    }
    return [found[name] for name in sorted(found)]
