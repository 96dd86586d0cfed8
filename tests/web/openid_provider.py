"""An OpenID provider as a process of its own: ``oidc-provider-mock`` (Authlib's server in Flask), and in front of it
what it leaves out: the check of PKCE (RFC 7636, 4.6), which the certified providers make.

Started as ``python -m tests.web.openid_provider``; prints its address. Users are put to ``/users/{sub}`` as JSON.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # http on this machine

from oidc_provider_mock import app
from werkzeug.serving import make_server


class RequiresPkce:
    """Refuses to begin without an S256 challenge, and to give a token without the verifier that belongs to it."""

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner
        self._challenges: dict[str, str] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path, query = environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"])
        if path == "/oauth2/authorize":
            if query.get("code_challenge_method") != ["S256"] or not query.get("nonce") or not query.get("state"):
                return _refused(start_response)
            start_response = self._remembering(start_response, query["code_challenge"][0])
        elif path == "/oauth2/token":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = BytesIO(body)
            form = parse_qs(body.decode())
            verifier = form.get("code_verifier", [""])[0].encode()
            challenge = urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
            if self._challenges.pop(form.get("code", [""])[0], None) != challenge:
                return _refused(start_response)
        return self._inner(environ, start_response)

    def _remembering(self, start_response: StartResponse, challenge: str) -> Callable[..., Any]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            target = dict(headers).get("Location", "")
            for code in parse_qs(urlsplit(target).query).get("code", []):
                self._challenges[code] = challenge
            return start_response(status, headers, *more)

        return start


def _refused(start_response: StartResponse) -> Iterable[bytes]:
    start_response("400 Bad Request", [("Content-Type", "application/json")])
    return [b'{"error": "invalid_grant"}']


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, RequiresPkce(app(require_nonce=True)), threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
