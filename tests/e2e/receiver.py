"""A brand's webhook receiver, as a process of its own: verifies the signature and writes down what came.

Usage: python receiver.py SECRET FILE; prints its port.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


def main() -> None:
    secret, target = sys.argv[1], Path(sys.argv[2])

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                Webhook(secret).verify(body, dict(self.headers.items()))
                is_valid = True
            except WebhookVerificationError:
                is_valid = False
            with target.open("a", encoding="utf-8") as file:
                record = {"valid": is_valid, "id": self.headers["webhook-id"], "body": json.loads(body)}
                file.write(json.dumps(record) + "\n")
            self.send_response(200 if is_valid else 401)
            self.end_headers()
            self.wfile.write(b'{"id": "platform-1"}')

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
