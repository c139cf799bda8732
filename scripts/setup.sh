#!/bin/sh
# Brings what Cargo cannot: the compiler parts that RocksDB and AWS-LC need ('build'), what the
# commands that `make run` prints call ('run'), and the foreign clients and readers of the tests ('test').
# Each includes the one before.
# Installs only what is missing; a second run only looks.
set -eu

cd "$(dirname "$0")/.."

what=${1:-test}
case $what in
build | run | test) ;;
*)
    echo "usage: scripts/setup.sh [build|run|test]" >&2
    exit 2
    ;;
esac

missing=''

# need NAME PACKAGE: the Debian package is wanted if the command is not there.
need() {
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

# bindgen loads libclang when RocksDB's build script runs, and reads the compiler's own headers
# beside it. libclang-cpp, which other packages bring, is another library.
have_libclang() {
    [ -n "${LIBCLANG_PATH:-}" ] && return 0
    for library in /usr/lib/llvm-*/lib/libclang.so* /usr/lib64/libclang.so* /usr/local/lib/libclang.so*; do
        [ -e "$library" ] || continue
        for header in "$(dirname "$library")"/clang/*/include/stddef.h /usr/lib/clang/*/include/stddef.h; do
            [ -e "$header" ] && return 0
        done
    done
    return 1
}

need cc build-essential
need g++ build-essential
need make build-essential
have_libclang || missing="$missing libclang-dev"
if [ "$what" != build ]; then
    need openssl openssl
    need curl curl
fi
if [ "$what" = test ]; then
    need git git
    need jarsigner default-jdk-headless
    need keytool default-jdk-headless
    need javac default-jdk-headless
    # It brings libbcprov-java and libbcutil-java.
    [ -e /usr/share/java/bcpkix.jar ] || missing="$missing libbcpkix-java"
    need python3 python3
    need strace strace
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3-venv"
fi

if [ -n "$missing" ]; then
    # One name per package, however many commands asked for it.
    missing=$(printf '%s\n' $missing | sort -u | tr '\n' ' ')
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "setup: error: not a Debian system, and these Debian packages (or their like) are missing: $missing" >&2
        echo "setup: hint: install them with the package manager of this system, then run this again" >&2
        exit 1
    fi
    if [ "$(id -u)" -eq 0 ]; then
        as_root=''
    elif command -v sudo >/dev/null 2>&1; then
        as_root='sudo'
    else
        echo "setup: error: these Debian packages are missing, and this is neither root nor is there sudo: $missing" >&2
        echo "setup: hint: as root, run: apt-get update && apt-get install -y --no-install-recommends $missing" >&2
        exit 1
    fi
    echo "setup: installing $missing"
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
fi

command -v cargo >/dev/null 2>&1 || {
    echo "setup: error: cargo is not installed" >&2
    echo "setup: hint: install Rust as https://rustup.rs says, then run this again" >&2
    exit 1
}

[ "$what" = test ] || exit 0

# The Python clients, pinned, in a virtual environment of their own. The stamp holds the hash of
# the list that was installed, and is written last: a broken installation is made anew.
list=tests/interop/requirements.txt
venv=target/interop-venv
wanted=$(sha256sum "$list" | cut -d' ' -f1)
if [ "$(cat "$venv/installed" 2>/dev/null || true)" != "$wanted" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    echo "setup: installing the Python clients into $venv"
    rm -rf "$venv"
    mkdir -p target
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$list"
    printf '%s\n' "$wanted" >"$venv/installed"
fi
