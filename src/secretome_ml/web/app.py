"""The application: protection around, pages and API within."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from secretome_ml.core.errors import SecretomeError
from secretome_ml.core.version import __version__
from secretome_ml.report.rendering import STATIC
from secretome_ml.web import api, login, pages
from secretome_ml.web.guard import Guard, Sessions
from secretome_ml.web.metrics import Metrics
from secretome_ml.web.refusals import refusal_of
from secretome_ml.web.respond import respond
from secretome_ml.web.service import Service
from secretome_ml.web.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """Return the web application.

    Parameters
    ----------
    settings : Settings
        What it serves, and the limits.

    Examples
    --------
    >>> app = create_app(Settings())
    >>> app.title
    'secretome-ml'
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = Service(settings)
        app.state.service = service
        Thread(target=service.warm, name="warm", daemon=True).start()
        try:
            yield
        finally:
            service.close()

    app = FastAPI(
        title="secretome-ml",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.state.sessions = Sessions(settings.token)
    app.add_middleware(Guard, settings=settings)
    for kind in (HTTPException, RequestValidationError, SecretomeError):
        app.add_exception_handler(kind, _refuse)
    app.include_router(api.router)
    app.include_router(login.router, include_in_schema=False)
    app.include_router(pages.router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


async def _refuse(request: Request, error: Exception) -> Response:
    return respond(request, refusal_of(error))
