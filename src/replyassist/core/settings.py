"""All settings, read once from the environment (``REPLYASSIST_*``) or a ``.env`` file."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

REDRAFTS_AT_ONCE = 2


class Settings(BaseSettings):
    """Every knob, with the default that a fresh machine needs."""

    model_config = SettingsConfigDict(env_prefix="REPLYASSIST_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(Path(".replyassist"), description="Folder for the database, caches and the file channel.")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the home folder.")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    secret_key: SecretStr = Field(SecretStr(""), description="Signs console sessions; empty: made once, kept in home.")
    previous_secret_keys: SecretStr = Field(
        SecretStr(""), description="Earlier secret keys, apart by commas: they still open what they sealed."
    )
    secure_cookies: bool = Field(False, description="Send the session cookie over HTTPS only.")
    log_level: str = "WARNING"
    metrics_port: int = Field(
        0, ge=0, le=65535, description="Where `replyassist worker` tells Prometheus its metrics; 0: nowhere."
    )
    public_url: str = Field("", description="Where people reach the console; empty: the address of their request.")
    smtp_url: SecretStr = Field(SecretStr(""), description="smtp:// or smtps:// URL; empty: no e-mail is sent.")
    mail_from: str = Field("", description="The address that e-mail is sent from.")
    oidc_issuer: str = Field("", description="Issuer URL of an OpenID provider that people may sign in at.")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name: str = Field("", description="What the sign-in page calls the provider; empty: the host of its URL.")

    slack_signing_secret: SecretStr = Field(
        SecretStr(""), description="Signing secret of the deployment's Slack app; empty: no cards to approve in Slack."
    )

    encoder_model: str = Field(
        "", description="minilm, mpnet, or a sentence-transformers model by name or path; empty: the default encoder."
    )
    entailment_model: str = Field(
        "",
        description="A sentence-transformers CrossEncoder for natural language inference, by name or path, that "
        "compares each statement of a draft with its sources; empty: none.",
    )
    entailment_languages: str = Field("", description="The languages that it reads, such as en,de; empty: all.")
    abstain_threshold: float = Field(
        0.35,
        ge=0,
        le=1,
        description="How sure (0 to 1) to be that a template answers before drafting; a brand may set its own.",
    )
    templates_shown: int = Field(3, ge=1, le=20, description="How many templates a proposal lists.")

    mcp: bool = Field(True, description="Serve the tools for assistants at /mcp; each request needs a token.")
    token: SecretStr = Field(SecretStr(""), description="The API token that `replyassist mcp` acts with.")

    llm_base_url: str = Field("", description="OpenAI-compatible endpoint; empty: the embedded model.")
    llm_api_key: SecretStr = SecretStr("")
    llm_model: str = Field("", description="Model name at the endpoint.")
    llm_model_path: str = Field("", description="A GGUF file that the embedded model is read from; empty: the shipped.")
    llm_profile: str = Field(
        "", description="Entry of prompts/profiles.yaml; empty: chat-small for the embedded model, else chat."
    )
    llm_timeout_seconds: float = Field(30.0, gt=0)
    llm_retries: int = Field(1, ge=0, le=5)
    llm_candidates: int = Field(4, ge=1, le=16)
    llm_threads: int = Field(0, ge=0, description="Threads of the embedded model; 0: all usable cores.")
    llm_disabled: bool = Field(False, description="Draft from templates only.")
    reranker_disabled: bool = Field(
        False,
        description="Find templates by vectors alone; else the embedded model reads the first three, where it is.",
    )
    llm_price_read: float = Field(0.0, ge=0, description="Dollars for a million tokens of prompts.")
    llm_price_written: float = Field(0.0, ge=0, description="Dollars for a million tokens of answers.")
    llm_fallback_base_url: str = Field("", description="A second endpoint, asked when the first fails; empty: none.")
    llm_fallback_api_key: SecretStr = SecretStr("")
    llm_fallback_model: str = Field("", description="Model name at the second endpoint.")
    llm_fallback_profile: str = Field("chat", description="Its entry of prompts/profiles.yaml.")
    llm_fallback_price_read: float = Field(0.0, ge=0)
    llm_fallback_price_written: float = Field(0.0, ge=0)
    llm_brand_concurrency: int = Field(
        0, ge=0, description="Calls of the language model at once for one brand in one process; 0: no limit."
    )
    llm_brand_daily_usd: float = Field(
        0.0, ge=0, description="What a brand's calls may cost in a day before drafts are made without; 0: no limit."
    )
    llm_send_names: bool = Field(
        True, description="Send first names to a remote language model; off: a placeholder stands for it."
    )

    judge_base_url: str = Field("", description="OpenAI-compatible endpoint of the model that judges drafts.")
    judge_api_key: SecretStr = SecretStr("")
    judge_model: str = Field("", description="Model name at the judge's endpoint; embedded: the model in the box.")

    learn_from_decisions: bool = Field(
        True, description="Let decided messages become examples of templates, or count against them."
    )

    generated_questions: bool = Field(
        False,
        description="Let the language model write, for each template, what people would ask; kept where they fit.",
    )

    group_seconds: float = Field(
        120.0,
        ge=0,
        description="What one author writes in one conversation within this time is one item; 0: each message its own.",
    )
    queue_limit: int = Field(
        20_000,
        ge=1,
        description="Messages that may wait for a draft, half of them of one brand; intake says 503 to a brand that "
        "has as many as places are free.",
    )
    body_limit_bytes: int = Field(16 * 1024 * 1024, ge=1024)
    claim_minutes: int = Field(10, ge=1)
    expire_after_days: int = Field(
        30, ge=0, description="Days after which an item that nobody decided leaves the queue; 0: never."
    )
    send_delay_seconds: float = Field(5.0, ge=0, description="Time to take an approval back before it is sent.")
    delivery_timeout_seconds: float = Field(
        10.0, gt=0, description="How long one call of a platform takes at most, from the look-up to the last byte."
    )
    delivery_deadline_seconds: float = Field(
        20.0, gt=0, description="How long one attempt at a delivery takes at most, with all its calls."
    )
    delivery_concurrency: int = Field(
        16, ge=1, le=128, description="Attempts at deliveries that one worker makes at once."
    )
    delivery_per_brand: int = Field(6, ge=1, description="How many of them may be of one brand.")
    delivery_per_connection: int = Field(4, ge=1, description="How many of them may be of one account.")
    delivery_attempts: int = Field(10, ge=1, le=20)
    allow_private_addresses: bool = Field(
        False, description="Whether accounts are connected and called at addresses of this machine and its network."
    )
    catch_up_days: int = Field(
        7, ge=0, le=90, description="Of how many days before it was connected an account's messages are taken in."
    )
    draft_attempts: int = Field(3, ge=1, le=10)
    draft_concurrency: int = Field(2, ge=1, le=64)
    job_poll_seconds: float = Field(0.1, gt=0)
    worker_dead_after_seconds: float = Field(15.0, gt=1)
    reconcile_after_seconds: float = Field(60.0, gt=0)

    @property
    def drafts_at_once(self) -> int:
        """Drafts and redrafts that one worker makes at once."""
        return self.draft_concurrency + REDRAFTS_AT_ONCE

    @property
    def resolved_database_url(self) -> str:
        """The SQLAlchemy URL, with the default filled in and PostgreSQL on psycopg 3."""
        url = self.database_url or f"sqlite:///{(self.home / 'replyassist.db').absolute()}"
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url
