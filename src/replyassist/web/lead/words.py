"""The words of the lead's pages for codes, in one place; each is looked up as a message of the catalogue."""

from __future__ import annotations

from replyassist.channels import Proof

STALENESS = {
    "ended": "Its last day has passed",
    "ends_soon": "Ends within two weeks",
    "unconfirmed": "Not confirmed for half a year",
}
VALIDITY = {"now": "Valid now", "later": "Valid later", "ended": "No longer valid"}
VISIBILITY = {"any": "In public and in private", "public": "In public only", "private": "In private only"}
ROUTES = {"draft": "Drafts a reply", "escalate": "Goes to a lead", "no_reply": "Needs no reply"}
TEMPLATE_ACTS = {
    "added": "added it",
    "changed": "changed it",
    "confirmed": "confirmed that it is right",
    "retired": "took it out of use",
    "brought_back": "brought it back",
}
CONNECTION_STATUSES = {"working": "Works", "failing": "Fails", "disconnected": "Disconnected"}
PROOFS = {
    Proof.PEER: "Tried against a real server",
    Proof.SPEC: "Tried against the published specification",
    Proof.DOCUMENTATION: "Built to the documentation, not yet tried live",
}
DONE = {
    "saved": "Saved. The next message finds it as it is now.",
    "same": "Nothing was different, so nothing was saved.",
    "confirmed": "Confirmed: all of it is still right.",
    "retired": "Taken out of use.",
    "brought_back": "It is in use again.",
    "removed": "That question counts no more and is not written again.",
    "restored": "The older text is in use again, as a new version.",
}
SOMEBODY = "An import"
"""Who changed a template where no person did."""
