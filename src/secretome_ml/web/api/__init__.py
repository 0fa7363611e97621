"""The JSON API, version 1."""

from fastapi import APIRouter

from secretome_ml.web.api import openapi, routes

router = APIRouter()
router.include_router(routes.router)
router.include_router(openapi.router)

__all__ = ["router"]
