#!/bin/sh
# Installs what the tests need beside Python packages: Chromium and Japanese fonts, by apt, as root
# or with a sudo that asks no password. With package names as arguments: those instead.
# What cannot be installed is said; without arguments that is no failure here, because the tests
# that need it report it themselves (and fail where CI=true).
set -u

has_chromium() {
    [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] || command -v chromium >/dev/null 2>&1
}

has_japanese_font() {
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=ja family 2>/dev/null)" ]
}

if [ "$#" -gt 0 ]; then
    missing="$*"
    failure=1
else
    missing=""
    has_chromium || missing="chromium"
    # fontconfig brings fc-list, by which the fonts are found the next time.
    has_japanese_font || missing="$missing fontconfig fonts-noto-cjk"
    failure=0
fi
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
    if ! sudo -n true 2>/dev/null; then
        echo "Not installed, for want of root: $missing. As root: apt-get install $missing" >&2
        exit "$failure"
    fi
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed, for want of apt: $missing. Install them with this system's own means." >&2
    exit "$failure"
fi

echo "Installing by apt: $missing" >&2
# The word splitting of the two variables is wanted: a command prefix and a list of packages.
# shellcheck disable=SC2086
if $as_root apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
    exit 0
fi
echo "apt could not install: $missing" >&2
exit "$failure"
