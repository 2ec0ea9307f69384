# make run        install what is missing, build, open the studio on the demo session
# make test       the tests (under 15 minutes from a fresh clone on 2 cores)
# make test-all   and the slow ones: full-size parity, real readers, long property tests
# make bench      the benchmarks, one JSON line each
# make install PREFIX=…   the program with its assets and themes
SWIFT   ?= swift
PREFIX  ?= /usr/local
export SWIFT
# OPENBLAS_CORETYPE forces slower kernels where somebody set it for another program.
unexport OPENBLAS_CORETYPE

.PHONY: run build test test-all bench format lint deps install clean

run: build
	@./scripts/run.sh

build: deps
	@$(SWIFT) build -c release --product mm2face --static-swift-stdlib

test: deps
	@./scripts/test.sh --quiet

test-all: deps build
	@MM2FACE_TEST_ALL=1 ./scripts/test.sh

bench: build
	@$$($(SWIFT) build -c release --show-bin-path)/mm2face bench --json

format:
	$(SWIFT) format -i --recursive --parallel Sources Tests Package.swift

lint:
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift

deps:
	@./scripts/deps.sh

install: build
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/mm2face"
	install -m 755 "$$($(SWIFT) build -c release --show-bin-path)/mm2face" "$(DESTDIR)$(PREFIX)/bin/mm2face"
	cp -R assets themes "$(DESTDIR)$(PREFIX)/share/mm2face/"

clean:
	rm -rf .build
