"""What a running service is told: where it listens, what it serves, and its limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from secretome_ml.core.errors import SecretomeError

MEBIBYTE = 2**20
SHORTEST_TOKEN = 16


@dataclass(frozen=True)
class Settings:
    """Everything that the service is told at its start; nothing changes while it runs.

    Parameters
    ----------
    host, port : str, int
        Where it listens. Beyond this machine only with a `token`.
    token : str or None
        What a caller shows as `Authorization: Bearer TOKEN`, and a browser at the sign-in page.
    allowed_hosts : tuple of str
        Names, beside its own, under which it answers; for a reverse proxy.
    trusted_proxies : tuple of str
        Addresses whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    model : str or None
        A bundle folder or an MLflow address; None = the released bundle.
    models_folder : Path or None
        Folder of further bundles to browse; None = those that ship with the package.
    evidence : Path or None
        Evidence to browse; None = the shipped corpus.
    store : Path
        Folder of the local MLflow store.
    mlflow_url : str or None
        Address of an MLflow UI to link to.
    max_body_bytes, max_unpacked_bytes : int
        Largest request, and largest content of a compressed upload, in bytes.
    max_samples, max_explained : int
        Most samples in one request, and in one that asks for every term.
    max_connections : int
        Connections held open at once; one more is answered 503.
    timeout_s : float
        Seconds for the work of a request.
    workers, waiting : int
        Requests worked on at once, and those that may wait; one more is answered 503.
    kept_samples, kept_seconds : int, float
        Samples whose results are kept for the pages, and for how long after they were last seen.

    Raises
    ------
    SecretomeError
        If it would listen beyond this machine without a token, or the token is easily guessed.

    Examples
    --------
    >>> Settings(port=8000).address
    'http://127.0.0.1:8000'
    >>> Settings(host="0.0.0.0")
    Traceback (most recent call last):
    ...
    secretome_ml.core.errors.SecretomeError: Others can reach 0.0.0.0: give a token, or listen on 127.0.0.1.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = field(default=None, repr=False)
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    model: str | None = None
    models_folder: Path | None = None
    evidence: Path | None = None
    store: Path = field(default_factory=lambda: Path("experiments").absolute())
    mlflow_url: str | None = None
    max_body_bytes: int = 32 * MEBIBYTE
    max_unpacked_bytes: int = 128 * MEBIBYTE
    max_samples: int = 1000
    max_explained: int = 100
    max_connections: int = 100
    timeout_s: float = 60.0
    workers: int = 8
    waiting: int = 32
    kept_samples: int = 4000
    kept_seconds: float = 3600.0

    def __post_init__(self) -> None:
        if not is_loopback(self.host) and self.token is None:
            raise SecretomeError(f"Others can reach {self.host}: give a token, or listen on 127.0.0.1.")
        if self.token is not None and (len(self.token) < SHORTEST_TOKEN or not self.token.isascii()):
            raise SecretomeError(
                f"The token is too easily guessed: use at least {SHORTEST_TOKEN} characters of ASCII, "
                "for instance from `python -c 'import secrets; print(secrets.token_urlsafe(24))'`."
            )

    @property
    def address(self) -> str:
        """Address for a browser on this machine."""
        name = self.host if is_loopback(self.host) else "127.0.0.1"
        return f"http://{f'[{name}]' if ':' in name else name}:{self.port}"

    @property
    def names(self) -> frozenset[str]:
        """Host names, in lower case and without port, that the service answers to."""
        own = {self.host} if not _is_any(self.host) else set()
        local = {"127.0.0.1", "localhost", "::1"}
        return frozenset(name.casefold() for name in (*own, *local, *self.allowed_hosts))


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine and nothing beyond it.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("::1")
    (True, True, False, True)
    """
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_any(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False
