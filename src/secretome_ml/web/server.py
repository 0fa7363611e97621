"""Run the application: uvicorn with the limits of the settings."""

from __future__ import annotations

import socket

import uvicorn

from secretome_ml.core.errors import SecretomeError
from secretome_ml.web.app import create_app
from secretome_ml.web.settings import Settings

_KEEP_ALIVE_S = 5
_LARGEST_HEAD = 16 * 1024
_SHUTDOWN_S = 5


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket; port 0 takes a free one.

    Raises
    ------
    SecretomeError
        If the address cannot be used, or the port is taken.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        raise SecretomeError(
            f"Cannot listen on {host} port {port}: {error.strerror}. Choose another --port."
        ) from None
    return opened


def make_server(settings: Settings) -> uvicorn.Server:
    """Return a server of the application, not yet started."""
    config = uvicorn.Config(
        create_app(settings),
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        limit_concurrency=settings.max_connections,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_SHUTDOWN_S,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
    )
    return uvicorn.Server(config)


def serve(settings: Settings, opened: socket.socket) -> None:
    """Serve until stopped."""
    make_server(settings).run(sockets=[opened])
