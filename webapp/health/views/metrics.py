"""What an operator's monitoring reads (Prometheus text)."""

from __future__ import annotations

import hmac

from flask import Response, request
from prometheus_client import CONTENT_TYPE_LATEST

from webapp import config
from webapp.accounts.guard import public
from webapp.common.errors import NotFound
from webapp.health.services import metrics
from webapp.health.views import bp


@bp.get("/metrics")
@public
def show_metrics() -> Response:
    """With the bearer token of the setting METRICS_TOKEN alone; without the setting there is no such page."""
    token = config.current().metrics_token
    if not token:
        raise NotFound
    scheme, _blank, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.encode("latin-1", "replace"), token.encode())  # WSGI gives its bytes so
    if scheme.lower() != "bearer" or not same:
        return Response("wrong token\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    return Response(metrics.text(), content_type=CONTENT_TYPE_LATEST)
