# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control routes, by which tests inspect and control the sandbox. They need no token."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from fastapi import APIRouter, Body, HTTPException
from pydantic import ValidationError

from .faults import Rule
from .state import Sandbox
from .vendor import Vendor


def router(sandbox: Sandbox) -> APIRouter:  # noqa: C901  (a short function for each route)
    routes = APIRouter(prefix="/_control")

    def vendor_of(name: str) -> Vendor:
        if name not in sandbox.vendors:
            raise HTTPException(404, f"Unknown vendor {name}: use {', '.join(sandbox.vendors)}.")
        return sandbox.vendors[name]

    @routes.get("/health")
    async def health() -> dict[str, bool]:
        return {"ok": True}

    @routes.post("/reset")
    async def reset() -> dict[str, bool]:
        sandbox.reset()
        return {"ok": True}

    @routes.get("/requests")
    async def requests() -> list[dict[str, Any]]:
        return sandbox.requests

    @routes.delete("/requests")
    async def forget_requests() -> dict[str, bool]:
        sandbox.requests.clear()
        return {"ok": True}

    @routes.get("/settings")
    async def settings() -> dict[str, Any]:
        return {name: vendor.settings.model_dump() for name, vendor in sandbox.vendors.items()}

    @routes.post("/settings")
    async def change_settings(changes: dict[str, dict[str, Any]], check: bool = False) -> dict[str, Any]:
        merged = {name: vendor.settings for name, vendor in sandbox.vendors.items()}
        for name, values in changes.items():
            settings_now = vendor_of(name).settings
            try:
                merged[name] = settings_now.merged(values)
            except ValidationError as error:
                known = list(type(settings_now).model_fields)
                raise HTTPException(400, f"{name}: {_sentence(error, known)}") from None
        for name, new in merged.items():
            if not check:
                sandbox.vendors[name].settings = new
        return {name: new.model_dump() for name, new in merged.items()}

    @routes.get("/faults")
    async def faults() -> list[dict[str, Any]]:
        return [rule.model_dump() for rule in sandbox.faults.rules]

    @routes.post("/faults")
    async def add_faults(wish: dict[str, Any] | list[dict[str, Any]]) -> list[dict[str, Any]]:
        try:
            rules = [Rule(**one) for one in (wish if isinstance(wish, list) else [wish])]
        except ValidationError as error:
            raise HTTPException(400, _sentence(error)) from None
        for rule in rules:
            if rule.vendor is not None:
                vendor_of(rule.vendor)
        sandbox.faults.rules += rules
        return await faults()

    @routes.delete("/faults")
    async def forget_faults() -> dict[str, bool]:
        sandbox.faults.rules.clear()
        return {"ok": True}

    @routes.get("/clock")
    async def clock() -> dict[str, float]:
        return {"now": sandbox.clock.now(), "offset": sandbox.clock.offset}

    @routes.post("/clock")
    async def move_clock(advance: float = Body(embed=True)) -> dict[str, float]:
        sandbox.clock.advance(advance)
        return await clock()

    @routes.delete("/{name}/sessions")
    async def expire_sessions(name: str) -> dict[str, bool]:
        vendor_of(name).expire_sessions()
        return {"ok": True}

    @routes.get("/{name}/scans")
    async def scans(name: str) -> list[Any]:
        return vendor_of(name).scans()

    @routes.post("/{name}/scans")
    async def seed(name: str, wish: dict[str, Any]) -> list[Any]:
        vendor = vendor_of(name)
        try:
            return vendor.seed(wish)
        except (TypeError, ValueError) as error:
            raise HTTPException(400, str(error)) from None

    return routes


def _sentence(error: ValidationError, known: Sequence[str] = ()) -> str:
    """What is wrong, and for a name that is not among the known ones which of them may be meant."""
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}{_suggestion(item, known)}"
        for item in error.errors()
    )


def _suggestion(item: Any, known: Sequence[str]) -> str:
    meant = get_close_matches(str(item["loc"][-1]), known, n=1) if item["type"] == "extra_forbidden" else []
    return f". Did you mean {meant[0]}?" if meant else ""
