"""The corpus made ready for the pages: which studies stand behind a prediction, a factor, a condition."""

from __future__ import annotations

from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING

from starlette.requests import Request

from secretome_ml.web.service import Service, service_of

if TYPE_CHECKING:
    from secretome_ml.explanation.studies import StudyIndex
    from secretome_ml.explanation.term_studies import TermIndex
    from secretome_ml.workflows.reference import PublishedArms

_MAKING = RLock()


class Library:
    """Indices over the evidence, each made when it is first asked for and kept while the service runs.

    Parameters
    ----------
    service : Service
        Whose evidence and model it serves.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = RLock()

    @property
    def studies(self) -> StudyIndex:
        """Nearest studies of a profile."""
        with self._lock:
            return self._studies

    @property
    def terms(self) -> TermIndex:
        """Studies that state a factor or condition."""
        with self._lock:
            return self._terms

    @property
    def arms(self) -> PublishedArms:
        """The published arms, scored."""
        with self._lock:
            return self._arms

    @cached_property
    def _arms(self) -> PublishedArms:
        from secretome_ml.workflows.reference import PublishedArms

        return PublishedArms.of(self._service.model, self._service.evidence)

    @cached_property
    def _studies(self) -> StudyIndex:
        from secretome_ml.explanation.studies import StudyIndex

        return StudyIndex.of(self._service.evidence, self._service.model.effects)

    @cached_property
    def _terms(self) -> TermIndex:
        from secretome_ml.explanation.term_studies import TermIndex

        return TermIndex.of(self._service.evidence, self._service.model.effects)


def library_of(request: Request) -> Library:
    """Return the library of the service that a request came to."""
    state = request.app.state
    with _MAKING:
        if not hasattr(state, "library"):
            state.library = Library(service_of(request))
        library: Library = state.library
        return library
