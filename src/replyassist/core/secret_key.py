"""The deployment's secret key: it signs sessions, and credentials are sealed with what is derived from it."""

from __future__ import annotations

import secrets

from .settings import Settings


def secret_key(settings: Settings) -> str:
    """The setting, else a key that is made once and kept in the home folder (mode 600)."""
    if given := settings.secret_key.get_secret_value():
        return given
    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.home / "secret_key"
    if not path.exists():
        fresh = settings.home / f"secret_key.{secrets.token_hex(8)}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        try:
            path.hardlink_to(fresh)  # fails when another process was first; then its key is used
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="utf-8").strip()
