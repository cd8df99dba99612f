"""Settings of a Fabric process: environment variables `FABRIC_*`, or the command's options."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_dir
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from fabric.errors import SettingsError

__all__ = ["Settings", "read_settings"]


class Settings(BaseSettings):
    """Where things are and how they run. Every field is an environment variable: `data_dir` is FABRIC_DATA_DIR."""

    model_config = SettingsConfigDict(env_prefix="FABRIC_", extra="ignore", frozen=True)

    data_dir: Path = Field(Path(".fabric"), description="Folder of the graph, the index and the state.")
    base_iri: str | None = Field(
        None,
        description="Start of every asset's IRI; fixed when the data directory is made (http://localhost:8642 by default).",
    )
    host: str = Field(
        "127.0.0.1", description="Address that the server listens on; any but a loopback address needs a login."
    )
    port: int = Field(8642, ge=0, le=65535, description="Port that the server listens on; 0 takes any free one.")
    api_tokens: SecretStr | None = Field(
        None,
        description="Tokens that let in, `name:role:secret` each, or `file:PATH` of them; with any, all must log in.",
    )
    token: SecretStr | None = Field(
        None, description="Token that commands show to a server with a login; may be `env:NAME` or `file:PATH`."
    )
    allowed_hosts: str | None = Field(
        None, description="Names, between commas, by which the server may be called besides those it knows by itself."
    )
    oidc_issuer: str | None = Field(
        None, description="Issuer of an OpenID Connect provider whose users may log in, an https URL."
    )
    oidc_client_id: str | None = Field(None, description="The server's client id at that provider.")
    oidc_client_secret: SecretStr | None = Field(
        None, description="Its secret there, for a confidential client; may be `env:NAME` or `file:PATH`."
    )
    oidc_audience: str | None = Field(
        None, description="Audience that access tokens of programs must have; the client id by default."
    )
    oidc_roles_claim: str = Field("roles", description="Claim of the provider's tokens that says who is what.")
    oidc_roles: str | None = Field(
        None,
        description="Roles by values of that claim, such as `data-team=editor,*=viewer`; the roles' names by default.",
    )
    session_hours: float = Field(12, gt=0, description="Hours after which a browser must log in again.")
    cors_origins: str | None = Field(
        None, description="Origins, between commas, whose web pages may use the server with a token; none by default."
    )
    max_request_bytes: int = Field(
        10_000_000,
        ge=1000,
        description="Largest body of a request in bytes; events of OpenLineage have their own limit.",
    )
    request_seconds: float = Field(
        120, gt=0, description="Seconds within which the body of a request must have arrived."
    )
    graph_query_url: str | None = Field(
        None, description="Query endpoint of a SPARQL 1.1 server to use instead of the embedded store."
    )
    graph_update_url: str | None = Field(None, description="Update endpoint of that server.")
    graph_token: SecretStr | None = Field(None, description="Bearer token for that server.")
    state_url: str | None = Field(
        None, description="SQLAlchemy URL of the state database; SQLite in the data directory by default."
    )
    semantic: bool = Field(
        default=True, description="Whether search uses meaning (a sentence-transformers model) besides words."
    )
    embedding_model: str = Field(
        "builtin", description="`builtin` (all-MiniLM-L6-v2, packaged), or the folder of a sentence-transformers model."
    )
    vectors_url: SecretStr | None = Field(
        None, description="PostgreSQL database with pgvector that holds the vectors, instead of faiss in this process."
    )
    cache_dir: Path | None = Field(
        None, description="Folder of exported models, shared between data directories; the user's cache by default."
    )
    sparql_timeout: float = Field(60, gt=0, description="Seconds that one SPARQL query may take until its last byte.")
    sparql_memory: int = Field(1024, ge=128, description="Megabytes of memory that one SPARQL query may take.")
    sparql_at_once: int = Field(4, ge=1, le=64, description="How many SPARQL queries are answered at once.")
    sparql_federation: bool = Field(
        default=False, description="Whether SPARQL queries may ask other servers with SERVICE."
    )
    snapshot_every: int = Field(
        200, ge=0, description="Take a snapshot of the graph every so many commits; 0 takes none."
    )
    snapshots_kept: int = Field(6, ge=1, description="How many snapshots to keep.")
    secret_key_file: Path | None = Field(
        None, description="File of the key of stored secrets, `secret.key` of the data directory by default."
    )
    harvests_at_once: int = Field(4, ge=1, le=64, description="How many sources one server harvests at once.")
    harvest_attempts: int = Field(
        3, ge=1, description="How often the server tries a harvest before it gives up on an error that may pass."
    )
    harvest_retry_seconds: float = Field(
        5, ge=0, description="Seconds before the second attempt; each further one waits four times as long."
    )
    runs_kept: int = Field(
        200, ge=1, description="How many runs of a source to keep beyond those that changed something."
    )
    openlineage_url: str | None = Field(
        None,
        description="OpenLineage endpoint that is told of this Fabric's harvests, such as https://lineage.example.org.",
    )
    openlineage_api_key: SecretStr | None = Field(None, description="Bearer token for that endpoint.")
    openlineage_attempts: int = Field(
        4, ge=1, le=20, description="How often an event is sent to that endpoint before it is given up."
    )
    openlineage_timeout: float = Field(5, gt=0, description="Seconds that endpoint has to answer.")
    openlineage_max_bytes: int = Field(
        64_000_000, ge=1000, description="Largest body of a request with OpenLineage events, unpacked, in bytes."
    )
    openlineage_runs_kept: int = Field(
        100, ge=1, description="How many runs of a job to keep of those that OpenLineage events tell of."
    )
    worker_timeout: float = Field(
        15,
        gt=0,
        description="Seconds without a sign of life after which a server's harvests are taken over by another.",
    )

    @property
    def models_dir(self) -> Path:
        """Folder of exported models; they are made again where they are missing."""
        return (self.cache_dir or Path(user_cache_dir("kgfabric", appauthor=False))) / "models"

    @property
    def server_note(self) -> Path:
        """File that tells the address of the server that holds the data directory, while one does."""
        return self.data_dir / "server.json"


def read_settings(**given: object) -> Settings:
    """Settings from the environment, overridden by what is given and not None.

    Raises: SettingsError, naming the setting and what was expected.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        said = "; ".join(
            f"FABRIC_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors(include_url=False)
        )
        raise SettingsError(f"the settings are wrong: {said}", remedy="see docs/reference/settings.md") from None
