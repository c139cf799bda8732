#!/usr/bin/env python3
"""Applies mutations of tests/conformance.tsv and expects their tests to turn red.

By default the commit hash chooses ten rows, so that each commit tries others and
anyone can repeat the choice. Nothing is changed in the tree you work in: the
files that git knows or would add are copied to target/mutants/tree and mutated
there. That folder has a build of its own, target/mutants/release: Cargo names
the artifacts of two copies of a workspace alike, so a shared one would put
mutated code into yours. Foreign crates are taken over from
target/release, so RocksDB is not built again.

A mutation is 'red' if its test is green before it and fails after it. One that
does not compile, or whose test hangs, proves nothing and counts as a failure.

exit: 0 all red, 1 a mutation was not red, 3 usage, or a row that does not fit
the source.
"""

import argparse
import csv
import dataclasses
import fcntl
import hashlib
import itertools
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests" / "conformance.tsv"
BUILT = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
MUTANTS = BUILT / "mutants"
TREE = MUTANTS / "tree"
# The first build of a target compiles all of its crates, RocksDB included where
# target/release has none; a mutation compiles one crate and its dependents.
BUILD_S = 1800
TEST_S = 120


class Stop(Exception):
    """A fault of the table, the tools or the caller: the run proves nothing."""


@dataclasses.dataclass(frozen=True)
class Row:
    """A mutation and the test that it must turn red."""

    id: str
    target: str
    test: str
    file: str
    before: str
    after: str


def rows():
    """The rows of the table that name a test."""
    with TABLE.open(newline="", encoding="utf-8") as table:
        reader = csv.DictReader(
            (line for line in table if not line.startswith("#")),
            delimiter="\t",
            quoting=csv.QUOTE_NONE,
        )
        columns = ("id", "target", "test", "file", "from", "to")
        return [Row(*(row[column] for column in columns)) for row in reader if row["status"] == "test"]


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise Stop(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout


def chosen(table, count):
    """The same commit always chooses the same rows."""
    commit = git("rev-parse", "HEAD").strip()
    return sorted(table, key=lambda row: hashlib.sha256(f"{commit}:{row.id}".encode()).digest())[:count]


def copy_tree():
    """Makes TREE equal to the working tree.

    A file that is the same already keeps its time, a file that is replaced gets
    the time of now: Cargo compares times, and must not take what it built from
    a mutation for what it would build from the original.
    """
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for name in names:
        source, copy = ROOT / name, TREE / name
        content = source.read_bytes()
        if copy.is_file() and copy.read_bytes() == content:
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
        shutil.copymode(source, copy)
    for copy in [path for path in TREE.rglob("*") if path.is_file()]:
        if str(copy.relative_to(TREE)) not in names:
            copy.unlink()


def take_over():
    """Takes the foreign crates over from target/release, times included.

    Objects are left: they are in the archives already, and RocksDB has many.
    """
    libraries = {".rlib", ".rmeta", ".so", ".d"}
    for folder in (".fingerprint", "build", "deps"):
        for path in (BUILT / "release" / folder).rglob("*"):
            relative = path.relative_to(BUILT / "release")
            if relative.parts[1].startswith(("meridian", "libmeridian")) or path.suffix == ".o":
                continue
            if path.is_file() and (folder != "deps" or path.suffix in libraries):
                take_over_file(path, MUTANTS / "release" / relative)


def take_over_file(source, copy):
    stat = source.stat()
    if copy.exists():
        there = copy.stat()
        if (there.st_size, there.st_mtime_ns) == (stat.st_size, stat.st_mtime_ns):
            return
        copy.unlink()
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, copy)


def run(words, timeout):
    """Runs cargo in TREE. Returns the exit code (None: out of time) and both outputs."""
    env = dict(os.environ, CARGO_TARGET_DIR=str(MUTANTS), CARGO_TERM_COLOR="never")
    child = subprocess.Popen(
        ["cargo", *words],
        cwd=TREE,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        out, err = child.communicate(timeout=timeout)
        return child.returncode, out, err
    except subprocess.TimeoutExpired:
        return None, "", ""
    finally:
        # Also what the child started: a test that hangs, a compiler.
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()


def test_words(target):
    package, *where = target.split()
    return ["test", "--release", "--locked", "-p", package, *where]


def build(target):
    """Compiles a target; returns what is wrong with that, or None."""
    code, _, err = run([*test_words(target), "--no-run"], BUILD_S)
    if code is None:
        return f"not compiled in {BUILD_S} s"
    return None if code == 0 else "does not compile:\n" + err[-2000:]


def verdicts(target, tests):
    """Runs tests by their exact names; returns 'ok' or 'FAILED' by name, or None if they hang."""
    code, out, _ = run([*test_words(target), "--", "--exact", *tests], TEST_S)
    if code is None:
        return None
    return dict(re.findall(r"^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED)$", out, re.MULTILINE))


def green_before(target, tests):
    """Without a mutation all of the tests must pass."""
    fault = build(target)
    if fault:
        raise Stop(f"{target}, without a mutation: {fault}")
    seen = verdicts(target, tests)
    for test in tests:
        verdict = "hangs" if seen is None else seen.get(test, "does not exist")
        if verdict != "ok":
            raise Stop(f"{target}, without a mutation: {test}: {verdict}")


def mutate(row):
    """Tries one row; returns what is wrong, or None if the test turned red."""
    path = TREE / row.file
    original = path.read_text(encoding="utf-8")
    path.write_text(original.replace(row.before, row.after), encoding="utf-8")
    try:
        fault = build(row.target)
        if fault:
            return fault
        seen = verdicts(row.target, [row.test])
        if seen is None:
            return f"the test hangs for {TEST_S} s"
        verdict = seen.get(row.test, "ended without a verdict")
        return None if verdict == "FAILED" else f"the test: {verdict}"
    finally:
        path.write_text(original, encoding="utf-8")


def check_fit(picked):
    for row in picked:
        if not (ROOT / row.file).is_file():
            raise Stop(f"{row.id}: there is no {row.file}")
        count = (ROOT / row.file).read_text(encoding="utf-8").count(row.before)
        if count != 1:
            raise Stop(f"{row.id}: '{row.before}' stands {count} times in {row.file}")


def try_all(picked, deadline):
    """Tries the rows, those of one target and one file beside each other. Returns the failures."""
    check_fit(picked)
    copy_tree()
    take_over()
    wrong = 0
    picked = sorted(picked, key=lambda row: (row.target, row.file))
    for target, group in itertools.groupby(picked, key=lambda row: row.target):
        group = list(group)
        start = time.monotonic()
        green_before(target, sorted({row.test for row in group}))
        print(f"{target}: green without a mutation ({time.monotonic() - start:.0f} s)", flush=True)
        for row in group:
            start = time.monotonic()
            fault = "no time left for it" if start > deadline else mutate(row)
            verdict = "red" if fault is None else f"NOT RED: {fault}"
            print(f"{row.id:<20} {verdict} ({time.monotonic() - start:.0f} s)", flush=True)
            wrong += fault is not None
    return wrong


def wait_for(lock, deadline):
    """One run at a time: they share the tree and its build."""
    told = False
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Stop("another run has not ended in time") from None
        if not told:
            print("mutate: waits until another run has ended", file=sys.stderr, flush=True)
            told = True
        time.sleep(1)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="try every row")
    which.add_argument("--ids", help="try these rows, comma-separated")
    which.add_argument("--target", help="try the rows of this target, such as 'meridian-tsa --lib'")
    which.add_argument("--count", type=int, default=10, help="how many the commit chooses (10)")
    parser.add_argument("--minutes", type=float, default=60, help="start no mutation after these (60)")
    parser.add_argument("--list", action="store_true", help="say which, try none")
    return parser.parse_args()


def selection(words):
    table = rows()
    if words.ids:
        wanted = words.ids.split(",")
        unknown = set(wanted) - {row.id for row in table}
        if unknown:
            raise Stop(f"no test in the table for {', '.join(sorted(unknown))}")
        return [row for row in table if row.id in wanted]
    if words.target:
        return [row for row in table if row.target == words.target]
    return table if words.all else chosen(table, words.count)


def main():
    words = arguments()
    # So that `finally` runs and no cargo is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        picked = selection(words)
        if not picked:
            raise Stop("no row of the table matches")
        if words.list:
            print("\n".join(f"{row.id}\t{row.target}\t{row.test}" for row in picked))
            return 0
        TREE.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + words.minutes * 60
        with (MUTANTS / "lock").open("w") as lock:
            wait_for(lock, deadline)
            wrong = try_all(picked, deadline)
    except Stop as stop:
        print(f"mutate: error: {stop}", file=sys.stderr)
        return 3
    print(f"{len(picked) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
