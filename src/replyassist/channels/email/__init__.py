"""E-mail: read by IMAP, answered by SMTP, looked up in the folder of sent mail.

SMTP knows no idempotency, so we keep a record of our own where we can ask for it. Before a reply is handed over, a copy
of it is put into the folder of sent mail as a draft; once the server took it, the copy is a draft no longer. No copy:
surely not sent. A plain copy: sent. A draft that stayed behind (killed, or cut off, in between): nobody can know, and a
person looks. The Message-ID comes from the reply's key, so that a server that files sent mail by itself settles it too.
"""

from __future__ import annotations

from datetime import date

from ..account import Account, Field, Runtime
from ..port import Adapter, Platform, Source
from ..traits import Proof, Repeat, Traits

TRAITS = Traits(
    name="email",
    title="E-mail",
    repeat=Repeat.OWN_ID,
    tells_edits=False,
    tells_deletions=False,
    proof=Proof.PEER,
    proven_by="the IMAP server pymap and the SMTP server aiosmtpd",
    checked_on=date(2026, 11, 26),
    reread="the provider's sign-in (app passwords; several take OAuth alone), its limits of sending, whether it files "
    "sent mail by itself",
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import EmailPlatform

    return EmailPlatform(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import EmailSource

    return EmailSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("address", "Address", "The mailbox that people write to, such as help@shop.example.", is_secret=False),
        Field("password", "Password", "Of the mailbox; often an app password from the provider's security settings."),
        Field(
            "imap",
            "IMAP server",
            "imap.shop.example, or with a port: 993 is TLS, others STARTTLS.",
            is_secret=False,
            is_server=True,
        ),
        Field(
            "smtp",
            "SMTP server",
            "smtp.shop.example, or with a port: 465 is TLS, 587 STARTTLS.",
            is_secret=False,
            is_server=True,
        ),
        Field("user", "User name", "Where it is not the address.", is_secret=False, default=""),
        Field("name", "Name shown", "What stands before the address in our replies.", is_secret=False, default=""),
        Field("folder", "Folder", "That messages are read from.", is_secret=False, default="INBOX"),
        Field("sent", "Folder of sent mail", "Empty: the one that the server names.", is_secret=False, default=""),
        Field(
            "use_reply_to",
            "Answer the Reply-To address",
            "yes: replies go where a mail asks them to go, and what a form on your site sends from this very address "
            "is taken in. Empty: to the address that it came from; mails of such a form are left out.",
            is_secret=False,
            default="",
        ),
    ),
    platform=_platform,
    source=_source,
)
