"""replyassist drafts the reply that the community manager would have written, and a person decides."""

__version__ = "0.1.0"
