"""What stands between the network and the service, one idea a file; `PROTECTION` is outermost first."""

from secretome_ml.web.protection.answers import Answers
from secretome_ml.web.protection.body import BodyLimit
from secretome_ml.web.protection.head import HeadLimit
from secretome_ml.web.protection.hosts import OwnNames
from secretome_ml.web.protection.rate import RateLimit
from secretome_ml.web.protection.sites import SameSite
from secretome_ml.web.protection.token import TokenCheck

PROTECTION = (Answers, HeadLimit, OwnNames, RateLimit, SameSite, TokenCheck, BodyLimit)

__all__ = [
    "PROTECTION",
    "Answers",
    "BodyLimit",
    "HeadLimit",
    "OwnNames",
    "RateLimit",
    "SameSite",
    "TokenCheck",
]
