#!/bin/sh
# `make fuzz`: every target for so many seconds. Needs cargo-fuzz and a nightly toolchain; says so where not.
set -eu

seconds=${1:-60}
cd "$(dirname "$0")/.."

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "fuzz: cargo-fuzz is not installed: the corpora are replayed by 'make test' only"
    exit 0
fi
if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "fuzz: there is no nightly toolchain: the corpora are replayed by 'make test' only"
    exit 0
fi

# New inputs go to the first folder, outside the repository; the saved ones are only read.
for target in $(cargo +nightly fuzz list); do
    echo "fuzz: $target for $seconds s"
    mkdir -p "fuzz/target/found/$target"
    cargo +nightly fuzz run "$target" "fuzz/target/found/$target" "fuzz/corpus/$target" -- \
        -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1
done
