"""Every router of the lead's pages."""

from __future__ import annotations

from . import (
    account_pages,
    audit_page,
    channels_page,
    connect_pages,
    overview_page,
    sending_acts,
    template_acts,
    template_list,
    template_page,
    trial_pages,
    voice_page,
)

LEAD_ROUTERS = tuple(
    module.router
    for module in (
        template_list,
        template_page,
        template_acts,
        trial_pages,
        voice_page,
        channels_page,
        sending_acts,
        account_pages,
        connect_pages,
        audit_page,
        overview_page,
    )
)
