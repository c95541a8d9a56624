"""What every test may ask for; each plugin's docstring says what it offers."""

pytest_plugins = (
    "tests.completeness",
    "tests.databases",
    "tests.team",
    "tests.servers",
    "tests.browsers",
    "tests.slack_emulator.fixture",
)
