"""The settings of the server: environment variables, or the same names in `.env`.

They are read once, at start, and each is checked then: a wrong setting stops the start with a
message that names the variable and says what it should be. `.env` lies beside `app.py`; a variable
of the environment wins over the same name in the file, and an empty one counts as unset.
"""

import ipaddress
import logging
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from models.fields import Zone

PREFIX = "SHIKIKAN_"
PROJECT = Path(__file__).resolve().parent.parent
ENV_FILE = PROJECT / ".env"
SHORTEST_SERVICE_TOKEN = 32
EXIT_CODE = 2  # The code that command line tools give for a wrong invocation.

_log = logging.getLogger(__name__)


class SettingsError(Exception):
    """One or more settings are wrong; the message names each variable, one a line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address without a port, can only mean this machine."""
    name = host.strip().strip("[]").lower().rstrip(".")
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _check_http_url(url: str) -> str:
    if not url:
        return url  # Filled in once the other settings are known.
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("give a whole address such as https://incidents.example.com")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("give the address alone: no user, query or fragment")
    return url.rstrip("/")


def _check_database_url(url: str) -> str:
    if not url:
        return url  # As above.
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        parts = make_url("unknown://")
    is_file = parts.drivername == "sqlite" and parts.database not in {None, "", ":memory:"}
    if not is_file and parts.drivername != "postgresql+psycopg":
        raise ValueError("give sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME")
    return url


def _check_slack_id(value: str) -> str:
    if not value.isalnum() or value != value.upper():
        raise ValueError("give the id that Slack shows, such as C0123ABCD, not a name")
    return value


def _check_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("it holds a space or a line break; was it pasted whole?")
    return value


def _strip(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_strip)]
SlackId = Annotated[Text, AfterValidator(_check_slack_id)]
Url = Annotated[Text, AfterValidator(_check_http_url)]
Secret = Annotated[SecretStr, BeforeValidator(_strip), AfterValidator(_check_secret)]


class Settings(BaseSettings):
    """Every setting, checked. Frozen: what was true at start stays true."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    host: Text = "127.0.0.1"
    port: int = Field(default=8501, ge=1, le=65535)
    data_dir: Path = PROJECT / "data"
    # May hold a password, hence never in a representation of the settings.
    database_url: Annotated[Text, AfterValidator(_check_database_url)] = Field("", repr=False)
    public_url: Url = ""
    default_language: Literal["en", "ja"] = "en"
    timezone: Annotated[Zone, BeforeValidator(_strip)] = "UTC"
    service_token: Secret | None = None
    slack_bot_token: Secret | None = None
    slack_app_token: Secret | None = None
    slack_signing_secret: Secret | None = None
    slack_api_url: Url = "https://slack.com/api"
    slack_announce_channel: SlackId | None = None
    slack_engineers_group: SlackId | None = None
    slack_drill_announce_channel: SlackId | None = None
    slack_drill_group: SlackId | None = None

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        """Give the settings that depend on others their defaults; the data folder is absolute."""
        set_once = object.__setattr__
        set_once(self, "data_dir", self.data_dir.expanduser().absolute())
        if not self.database_url:
            set_once(self, "database_url", f"sqlite:///{self.data_dir / 'shikikan.db'}")
        if not self.public_url:
            set_once(self, "public_url", self.local_url)
        return self

    @property
    def local_url(self) -> str:
        """The address that the server itself answers on, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def zone(self) -> ZoneInfo:
        """The zone for Slack texts and reports."""
        return ZoneInfo(self.timezone)

    @property
    def allowed_hosts(self) -> list[str]:
        """The names under which the server may be addressed; any other Host header is refused."""
        named = [self.host, urlsplit(self.public_url).hostname or ""]
        always = ["127.0.0.1", "localhost", "::1"]
        return always + [name for name in dict.fromkeys(named) if name and name not in always]


def load_settings(env_file: Path | None = ENV_FILE) -> Settings:
    """Return the settings of the environment and of `env_file`, each checked.

    A variable that starts with SHIKIKAN_ but is none of ours is named in a warning.

    Raises:
        SettingsError: a setting is wrong, or the settings contradict each other.
    """
    _warn_of_unknown(env_file)
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError([_describe(detail) for detail in error.errors()]) from None
    problems = [*_find_contradictions(settings), *_find_unusable_data_dir(settings.data_dir)]
    if problems:
        raise SettingsError(problems)
    return settings


def load_settings_or_exit() -> Settings:
    """Return the checked settings, or say on standard error what is wrong and end the process."""
    try:
        return load_settings()
    except SettingsError as error:
        lines = [f"  {problem}" for problem in error.problems]
        sys.stderr.write("\n".join(["Shikikan cannot start:", *lines, ""]))
        sys.stderr.flush()
        raise SystemExit(EXIT_CODE) from None


@cache
def get_settings() -> Settings:
    """The settings of this process, read on first use.

    Raises:
        SettingsError: a setting is wrong.
    """
    return load_settings()


def variable_of(field: str) -> str:
    """The environment variable of a field of `Settings`."""
    return f"{PREFIX}{field.upper()}"


def _describe(detail: ErrorDetails) -> str:
    """One problem as `SHIKIKAN_PORT: ...`. The value is never shown, for it may be a secret."""
    place = detail["loc"]
    variable = variable_of(str(place[0])) if place else "settings"
    message = detail["msg"].removeprefix("Value error, ")
    return f"{variable}: {message[:1].lower()}{message[1:]}"


def _find_contradictions(settings: Settings) -> Iterator[str]:
    if not is_loopback(settings.host):
        yield (
            f"{variable_of('host')}: {settings.host} can be reached from other machines, and the "
            "only sign-in so far is the local one, which believes whoever opens the page. "
            "Use 127.0.0.1."
        )
    token = settings.service_token
    if token is not None and len(token.get_secret_value()) < SHORTEST_SERVICE_TOKEN:
        yield f"{variable_of('service_token')}: use {SHORTEST_SERVICE_TOKEN} characters or more"
    for drill, real in (
        ("slack_drill_announce_channel", "slack_announce_channel"),
        ("slack_drill_group", "slack_engineers_group"),
    ):
        value = getattr(settings, drill)
        if value is not None and value == getattr(settings, real):
            yield (
                f"{variable_of(drill)}: is the same as {variable_of(real)}; "
                "a drill must never reach a real channel or group"
            )


def _find_unusable_data_dir(folder: Path) -> Iterator[str]:
    """A problem when `folder` cannot be made or written to. It is made here, closed to others."""
    variable = variable_of("data_dir")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        yield f"{variable}: {folder} cannot be made: {error.strerror}"
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield f"{variable}: {folder} cannot be written to"


def _warn_of_unknown(env_file: Path | None) -> None:
    known = {variable_of(field) for field in Settings.model_fields}
    in_file = dotenv_values(env_file) if env_file and env_file.is_file() else {}
    for name in sorted({*os.environ, *in_file}):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            _log.warning("%s is no setting of Shikikan and is ignored; is it a typo?", name)
