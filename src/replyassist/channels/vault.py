"""Credentials at rest: sealed with Fernet (AES-128-CBC and HMAC-SHA256), by a key derived from the secret key."""

from __future__ import annotations

import base64
import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from replyassist.core.errors import ConfigurationError
from replyassist.core.secret_key import secret_key
from replyassist.core.settings import Settings

from .account import Credentials

PLAIN = "plain:"  # what stood open before there was sealing; the next start seals it
_PURPOSE = b"replyassist connections"


class Vault:
    """Seals and opens. The first key seals; any opens, so that a key can be replaced."""

    def __init__(self, *keys: str) -> None:
        self._fernet = MultiFernet([Fernet(_derived(key)) for key in keys])

    def seal(self, credentials: dict[str, str]) -> str:
        """The credentials as text that only this vault opens."""
        return self._fernet.encrypt(json.dumps(credentials).encode()).decode()

    def open(self, sealed: str) -> Credentials:
        """The credentials again; raise ConfigurationError where another key sealed them."""
        if sealed.startswith(PLAIN):
            return Credentials(json.loads(sealed.removeprefix(PLAIN)))
        if not sealed:
            return Credentials()
        try:
            return Credentials(json.loads(self._fernet.decrypt(sealed.encode())))
        except InvalidToken:
            raise ConfigurationError(
                "the credentials were sealed with another secret key (REPLYASSIST_SECRET_KEY): connect again"
            ) from None


def vault_of(settings: Settings) -> Vault:
    """The vault of this deployment; keys of before are in REPLYASSIST_PREVIOUS_SECRET_KEYS, apart by commas."""
    before = settings.previous_secret_keys.get_secret_value().split(",")
    return Vault(secret_key(settings), *(key.strip() for key in before if key.strip()))


def _derived(key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)  # RFC 5869; the key is of full entropy
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
