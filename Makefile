# Every target does its own set-up. One profile and one target folder: RocksDB is built once.
.PHONY: build run test faults lint bench fuzz setup clean

CARGO ?= cargo
FUZZ_SECONDS ?= 60

build:
	@scripts/setup.sh build
	$(CARGO) build --release --locked --package meridian-cli --package meridian-verify

run:
	@scripts/setup.sh run
	$(CARGO) build --release --locked --package meridian-cli --package meridian-verify
	@scripts/run.sh

test:
	@scripts/setup.sh test
	$(CARGO) test --release --locked --workspace

# Every octet flipped, every system call failed and 2,000 simulated lives, where `make test` takes
# samples: an hour or two.
faults:
	@scripts/setup.sh test
	MERIDIAN_FAULTS=all MERIDIAN_SIM_SEEDS=1000..3000 $(CARGO) test --release --locked --package meridian-log --test flips --test syscalls --test sim -- --nocapture

lint:
	@scripts/setup.sh build
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --release --locked --workspace --no-deps
	@if $(CARGO) deny --version >/dev/null 2>&1; then \
		$(CARGO) deny --locked check bans licenses sources; \
	else \
		echo 'lint: cargo-deny is not installed: licences, duplicates and sources are not checked'; \
	fi

bench:
	@scripts/setup.sh build
	$(CARGO) build --release --locked --package meridian-cli --package meridian-verify --package meridian-benches
	target/release/load
	target/release/bulk
	$(CARGO) bench --locked --package meridian-benches

fuzz:
	@scripts/fuzz.sh $(FUZZ_SECONDS)

setup:
	@scripts/setup.sh test

clean:
	$(CARGO) clean
