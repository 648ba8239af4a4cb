# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole sandbox as one ASGI application."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp

from .control import router
from .gate import Gate
from .state import Sandbox
from .vendor import no_route_text


def create_app(sandbox: Sandbox | None = None) -> ASGIApp:
    """An application with a new sandbox, or with the given one."""
    sandbox = sandbox or Sandbox()
    app = FastAPI(title="datascan.gate sandbox", openapi_url=None, redirect_slashes=False)
    app.include_router(router(sandbox))
    for vendor in sandbox.vendors.values():
        app.include_router(vendor.router)

    @app.exception_handler(HTTPException)
    async def no_route(request: Request, error: HTTPException) -> Response:
        """The answer for a route that does not exist: the vendor's, or for other addresses the sandbox's own."""
        vendor = sandbox.vendors.get(request.url.path.split("/")[1])
        if vendor is not None:
            return vendor.no_route(request, error.status_code)
        if "endpoint" not in request.scope:
            return PlainTextResponse(no_route_text(request), error.status_code)
        return JSONResponse({"detail": error.detail}, error.status_code)

    return Gate(app, sandbox)
