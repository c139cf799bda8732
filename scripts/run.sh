#!/bin/sh
# `make run`: an evaluation authority in ./meridian-data, made on first use, on 127.0.0.1:3161.
set -eu

cd "$(dirname "$0")/.."

data=meridian-data
public=127.0.0.1:3161
private=127.0.0.1:3162

# Another authority's readiness must not be taken for ours.
if curl -sS -o /dev/null "http://$private/healthz" 2>/dev/null; then
    echo "run: error: something serves on $private already" >&2
    echo "run: hint: stop the other authority first; 'meridian serve' takes other addresses" >&2
    exit 1
fi

[ -e "$data" ] || target/release/meridian init "$data"

MERIDIAN_PRIVATE__LISTEN=$private target/release/meridian serve "$data" --listen "$public" &
server=$!
trap 'kill -TERM "$server" 2>/dev/null || true' INT TERM

# Up to 30 s; a server that ended has said why.
waited=0
until curl -fsS -o /dev/null "http://$private/readyz" 2>/dev/null; do
    kill -0 "$server" 2>/dev/null || { wait "$server"; exit $?; }
    waited=$((waited + 1))
    [ "$waited" -lt 300 ] || { echo "run: error: not ready after 30 s" >&2; kill -TERM "$server"; exit 1; }
    sleep 0.1
done

echo
echo "Meridian serves on http://$public (evaluation authority in ./$data). In another terminal, in this folder, try:"
echo
sed 's/^/  /' scripts/try.txt
echo
echo "Ctrl-C stops it; it answers what it has accepted first."

# A signal ends the first wait; the second one waits for the drain.
status=0
wait "$server" || status=$?
if kill -0 "$server" 2>/dev/null; then
    status=0
    wait "$server" || status=$?
fi
exit "$status"
