"""Who is who in the emulated workspace, and the sizes that Slack allows."""

TEAM = "T0EMULATOR"
APP = "A0EMULATOR"
BOT = "B0EMULATOR"
BOT_USER = "U0EMULBOT"
BOT_TOKEN = "xoxb-emulator"
APP_TOKEN = "xapp-1-A0EMULATOR-emulator"
SIGNING_SECRET = "emulator-signing-secret"
BOT_SCOPES = (
    "chat:write chat:write.public channels:manage channels:join channels:read channels:history "
    "groups:write groups:read groups:history pins:write pins:read bookmarks:write bookmarks:read "
    "users:read users:read.email usergroups:read reactions:write reactions:read commands"
)

# Characters in one message; the size of metadata is assumed, the others are documented or measured.
POST_MAX = 40_000
UPDATE_MAX = 4_000
BLOCKS_MAX = 12_000
METADATA_MAX = 16_000
