# Sourced by the scripts: what each of them needs, installed where it is missing.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root" || exit
export PYTHONPATH="$root/scripts/lib${PYTHONPATH:+:$PYTHONPATH}"

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# Installs Debian packages where that is possible, else says what to install.
need_packages() {
    local packages=("$@")
    if command -v apt-get >/dev/null; then
        local sudo=()
        if [ "$(id -u)" != 0 ]; then
            command -v sudo >/dev/null || die "Please install: ${packages[*]}"
            sudo=(sudo)
        fi
        say "Installing ${packages[*]} …"
        "${sudo[@]}" apt-get update -qq && "${sudo[@]}" apt-get install -y -qq "${packages[@]}" >/dev/null && return
    fi
    die "Please install these packages, by your system's names for them: ${packages[*]}"
}

need_rust() {
    [ -d "$HOME/.cargo/bin" ] && PATH="$HOME/.cargo/bin:$PATH"
    command -v cargo >/dev/null || die "Rust is missing: install it from https://rustup.rs, then run this again."
    # CMake builds libopus, which comes with its crate.
    { command -v cc && command -v cmake; } >/dev/null || need_packages build-essential cmake
}

# Clippy compiles the workspace: its lints come with the build, and the dependencies are not checked a second
# time. Warnings are errors, for checks alone, so that a new compiler breaks no newcomer's build; the odd
# separators are what cargo-clippy itself hands to its driver.
use_clippy() {
    cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
    export CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__
    RUSTC_WORKSPACE_WRAPPER=$(dirname "$(rustup which rustc 2>/dev/null || command -v rustc)")/clippy-driver
    export RUSTC_WORKSPACE_WRAPPER
}

# What renders answers as the frontend does. The packages of some systems are older than what it needs.
need_node() {
    local oldest=18 major
    { command -v node && command -v npm; } >/dev/null || need_packages nodejs npm
    major=$(node --version | sed -n 's/^v\([0-9]*\).*/\1/p')
    [ "${major:-0}" -ge "$oldest" ] ||
        die "Node $(node --version) is too old: install $oldest or newer from https://nodejs.org, then run this again."
}

# need_node_packages FOLDER: those of its package-lock.json, in its node_modules.
need_node_packages() {
    need_node
    cmp -s "$1/package-lock.json" "$1/node_modules/.installed" && return
    say "Installing Node packages into $1 …"
    (cd "$1" && npm ci --silent --no-fund --no-audit)
    cp "$1/package-lock.json" "$1/node_modules/.installed"
}

need_python() {
    command -v python3 >/dev/null || need_packages python3 python3-venv
    python3 -c 'import venv, ensurepip' 2>/dev/null || need_packages python3-venv
}

# need_python_packages NAME==VERSION…: in the project's own environment, .venv.
need_python_packages() {
    need_python
    .venv/bin/python -m pip --version >/dev/null 2>&1 || { say "Making .venv …"; python3 -m venv --clear .venv; }
    local wanted installed missing=()
    installed=$(ls .venv/lib/python*/site-packages 2>/dev/null)
    for wanted in "$@"; do
        local name=${wanted%%==*} version=${wanted##*==}
        grep -qi "^${name//-/_}-$version\.dist-info$" <<<"$installed" || missing+=("$wanted")
    done
    [ ${#missing[@]} = 0 ] || { say "Installing ${missing[*]} …"; .venv/bin/python -m pip install -q --disable-pip-version-check "${missing[@]}"; }
}

# What talks to AWS.
need_boto3() { need_python_packages boto3==1.43.102; }

# What checks and deploys templates.
need_sam() { need_python_packages boto3==1.43.102 cfn-lint==1.53.3 aws-sam-cli==1.167.0; }

# The programs behind the offline defaults of speech and vision. Without one of them only its own
# routes say that it is missing, so that this never fails.
want_offline_programs() {
    local missing=()
    command -v espeak-ng >/dev/null || missing+=(espeak-ng)
    command -v tesseract >/dev/null || missing+=(tesseract-ocr)
    command -v flite >/dev/null || missing+=(flite) # the voice that asks in scripts/demo
    if [ ${#missing[@]} -gt 0 ]; then
        (need_packages "${missing[@]}") || say "Going on without ${missing[*]}: what needs them answers 503 until they are installed."
    fi
    (need_python_packages localstripe==1.15.10) || say "Going on without localstripe: --stripe needs it."
}

# Where cargo puts what it builds.
target_directory() {
    cargo metadata --format-version 1 --no-deps | python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])'
}

# What works on the data of a running system by the rules of the library; scripts/delete-user calls it. Not
# built if INTELLIMAINT_ADMIN names it already, as scripts/test does.
build_admin() {
    [ -z "${INTELLIMAINT_ADMIN:-}" ] || return 0
    need_rust
    INTELLIMAINT_ADMIN=$(target_directory)/debug/intellimaint-admin
    [ -x "$INTELLIMAINT_ADMIN" ] || say "Building intellimaint-admin …"
    cargo build --quiet --bin intellimaint-admin
    export INTELLIMAINT_ADMIN
}
