from __future__ import annotations

import pytest

from replyassist.core.errors import ConfigurationError
from replyassist.core.settings import Settings
from replyassist.web.oidc import oidc_provider


@pytest.mark.parametrize("issuer", ["id.example", "http://id.example", "ftp://id.example", "https://id.example"])
def test_a_wrong_setting_is_told_at_the_start(issuer: str) -> None:
    with pytest.raises(ConfigurationError, match="REPLYASSIST_OIDC_"):
        oidc_provider(Settings(oidc_issuer=issuer))
