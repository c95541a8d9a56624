"""A wrong setting stops the start and names itself."""

import logging
import os

import pytest

from services.settings import PROJECT, SettingsError, is_loopback, load_settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path):
    for name in os.environ:
        if name.upper().startswith("SHIKIKAN_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SHIKIKAN_DATA_DIR", str(tmp_path / "data"))


def problem(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(f"SHIKIKAN_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    return str(caught.value)


def test_without_any_setting_the_server_is_local_with_sqlite_in_the_data_folder(tmp_path):
    settings = load_settings(None)
    assert (settings.host, settings.port) == ("127.0.0.1", 8501)
    assert settings.database_url == f"sqlite:///{tmp_path / 'data' / 'shikikan.db'}"
    assert settings.public_url == settings.local_url == "http://127.0.0.1:8501"
    assert settings.default_language == "en"
    assert settings.timezone == "UTC"
    assert settings.service_token is None
    assert settings.slack_bot_token is None
    assert settings.slack_api_url == "https://slack.com/api"


def test_the_data_folder_lies_beside_app_py_unless_it_is_set(monkeypatch):
    monkeypatch.delenv("SHIKIKAN_DATA_DIR")
    assert load_settings(None).data_dir == PROJECT / "data"


def test_the_data_folder_is_closed_to_other_accounts(tmp_path):
    load_settings(None)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.4", "incidents.example.com"])  # noqa: S104
def test_an_address_that_others_can_reach_is_refused(monkeypatch, host):
    message = problem(monkeypatch, HOST=host)
    assert message.startswith("SHIKIKAN_HOST: ")
    assert "127.0.0.1" in message


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"])
def test_loopback_addresses_are_told_from_the_rest(host):
    assert is_loopback(host)
    assert not is_loopback(f"{host}.example.com")


@pytest.mark.parametrize(
    "name,value",
    [
        ("PORT", "0"),
        ("PORT", "99999"),
        ("PORT", "many"),
        ("DATABASE_URL", "mysql://u:hunter2@h/x"),
        ("DATABASE_URL", "postgresql://u:hunter2@h/x"),
        ("DATABASE_URL", "hunter2"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql+psycopg://u:p@h:hunter2/x"),
        ("PUBLIC_URL", "incidents.example.com"),
        ("PUBLIC_URL", "https://u:hunter2@example.com"),
        ("DEFAULT_LANGUAGE", "fr"),
        ("TIMEZONE", "Mars/Olympus"),
        ("TIMEZONE", "../../etc/passwd"),
        ("SERVICE_TOKEN", "hunter2"),
        ("SERVICE_TOKEN", "hunter2 " * 8 + "x"),
        ("SLACK_API_URL", "slack.com"),
        ("SLACK_ANNOUNCE_CHANNEL", "#incidents"),
        ("SLACK_ENGINEERS_GROUP", "@oncall"),
    ],
)
def test_a_wrong_value_names_its_variable_and_never_shows_the_value(monkeypatch, name, value):
    message = problem(monkeypatch, **{name: value})
    assert message.startswith(f"SHIKIKAN_{name}: ")
    assert "\n" not in message
    assert "hunter2" not in message


def test_every_wrong_setting_is_named_at_once(monkeypatch):
    message = problem(monkeypatch, PORT="0", TIMEZONE="Mars/Olympus", DEFAULT_LANGUAGE="fr")
    for name in ("PORT", "TIMEZONE", "DEFAULT_LANGUAGE"):
        assert f"SHIKIKAN_{name}: " in message


@pytest.mark.parametrize(
    "real,drill",
    [
        ("SLACK_ANNOUNCE_CHANNEL", "SLACK_DRILL_ANNOUNCE_CHANNEL"),
        ("SLACK_ENGINEERS_GROUP", "SLACK_DRILL_GROUP"),
    ],
)
def test_a_drill_that_would_reach_the_real_place_is_refused(monkeypatch, real, drill):
    message = problem(monkeypatch, **{real: "C0REAL", drill: " C0REAL "})
    assert message.startswith(f"SHIKIKAN_{drill}: ")
    assert real in message


def test_a_data_folder_that_cannot_be_made_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    assert problem(monkeypatch, DATA_DIR=str(tmp_path / "file" / "data")).startswith(
        "SHIKIKAN_DATA_DIR: "
    )


def test_secrets_are_never_in_a_representation(monkeypatch):
    secret = "s" * 40
    monkeypatch.setenv("SHIKIKAN_SERVICE_TOKEN", secret)
    monkeypatch.setenv("SHIKIKAN_SLACK_BOT_TOKEN", f"xoxb-{secret}")
    monkeypatch.setenv("SHIKIKAN_DATABASE_URL", f"postgresql+psycopg://u:{secret}@h/x")
    settings = load_settings(None)
    assert settings.service_token.get_secret_value() == secret
    assert secret not in repr(settings)


def test_the_file_gives_what_the_environment_does_not(monkeypatch, tmp_path):
    file = tmp_path / ".env"
    file.write_text("SHIKIKAN_PORT=9001\nSHIKIKAN_TIMEZONE=Asia/Tokyo\n")
    monkeypatch.setenv("SHIKIKAN_PORT", "9002")
    settings = load_settings(file)
    assert (settings.port, settings.timezone) == (9002, "Asia/Tokyo")


def test_an_empty_variable_counts_as_unset(monkeypatch):
    for name in ("SLACK_BOT_TOKEN", "SERVICE_TOKEN", "PORT", "DATABASE_URL"):
        monkeypatch.setenv(f"SHIKIKAN_{name}", "")
    settings = load_settings(None)
    assert settings.slack_bot_token is None
    assert settings.service_token is None
    assert settings.port == 8501


def test_a_misspelt_variable_is_named_in_a_warning(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("SHIKIKAN_SLACK_TOKEN", "x")
    file = tmp_path / ".env"
    file.write_text("SHIKIKAN_PROT=9001\n")
    with caplog.at_level(logging.WARNING):
        load_settings(file)
    assert "SHIKIKAN_SLACK_TOKEN" in caplog.text
    assert "SHIKIKAN_PROT" in caplog.text


def test_an_ipv6_address_is_written_in_brackets(monkeypatch):
    monkeypatch.setenv("SHIKIKAN_HOST", "::1")
    assert load_settings(None).local_url == "http://[::1]:8501"


def test_only_loopback_and_the_public_name_may_address_the_server(monkeypatch):
    monkeypatch.setenv("SHIKIKAN_PUBLIC_URL", "https://incidents.example.com/")
    assert load_settings(None).allowed_hosts == [
        "127.0.0.1",
        "localhost",
        "::1",
        "incidents.example.com",
    ]
