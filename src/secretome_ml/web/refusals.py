"""Why the service does not do what it was asked: refusals with their HTTP status, and what a caller reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from secretome_ml.core.errors import BundleRefused, InputRefused, Problem, SecretomeError, TrackingFailed

NOT_READ = "The input cannot be used"


class Refused(HTTPException):
    """A request that the service refuses, whatever it holds.

    Parameters
    ----------
    status : HTTPStatus
        The status of the answer.
    detail : str
        What is wrong and what to do.
    headers : mapping, optional
        Headers of the answer.
    """

    def __init__(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status.value, detail, dict(headers or {}))


@dataclass(frozen=True)
class Refusal:
    """What a caller is told about a request that was not fulfilled; RFC 9457 calls it problem details.

    Parameters
    ----------
    status : int
        HTTP status.
    title, detail : str
        What kind of refusal, and what about this request.
    problems : tuple of Problem
        Every offending place of the input.
    headers : mapping
        Headers of the answer, such as `Retry-After`.
    """

    status: int
    title: str
    detail: str
    problems: tuple[Problem, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the members of `application/problem+json`."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "problems": [p.as_dict() for p in self.problems],
        }


def refusal_of(error: Exception) -> Refusal:
    """Return what a caller is told about an error: nothing of the server's paths, code or state.

    Examples
    --------
    >>> refusal_of(RuntimeError("/home/ada/secret")).detail
    'The service failed at this request. What happened stands in its log.'
    """
    if isinstance(error, InputRefused):
        return _input_refusal(error.problems)
    if isinstance(error, RequestValidationError):
        return _input_refusal([_parameter_problem(e) for e in error.errors()])
    if isinstance(error, HTTPException):
        return Refusal(
            error.status_code, HTTPStatus(error.status_code).phrase, error.detail, headers=error.headers or {}
        )
    if isinstance(error, (BundleRefused, TrackingFailed)):
        return Refusal(503, "Service Unavailable", "The model cannot be loaded. Why stands in the log.")
    if isinstance(error, SecretomeError):
        return Refusal(422, NOT_READ, str(error))
    detail = "The service failed at this request. What happened stands in its log."
    return Refusal(500, "Internal Server Error", detail)


def _parameter_problem(error: Mapping[str, Any]) -> Problem:
    """Return what is wrong with a parameter of an address or a form; what was sent is not repeated."""
    where, *names = (str(part) for part in error["loc"])
    return Problem(where, None, ".".join(names) or None, f"{error['msg']}.", "Correct it.")


def _input_refusal(problems: Sequence[Problem]) -> Refusal:
    count = len(problems)
    detail = f"{count} place{'s' if count != 1 else ''} in the input cannot be used; each is listed."
    return Refusal(422, NOT_READ, detail, tuple(problems))
