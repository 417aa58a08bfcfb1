# The server, alone in an empty image: no shell and no packages, so there is nothing to patch but the server.
#
#   make image
#
# The builders run on the machine's own platform, and Go compiles for the one that is asked for (--platform).

FROM --platform=$BUILDPLATFORM node:24.21.0-slim AS console
WORKDIR /src/console
COPY console/package.json console/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
# Beside its own sources the console is made of the schema and of two files that it shares with the small pages.
COPY schema.graphqls /src/
COPY internal/web/static /src/internal/web/static
COPY console ./
RUN npm run build

FROM --platform=$BUILDPLATFORM golang:1.26.8 AS server
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=console /src/console/dist console/dist
ARG TARGETOS TARGETARCH
ARG VERSION=dev
ARG COMMIT=unknown
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH make build VERSION=$VERSION COMMIT=$COMMIT
# The image has no shell to make a folder with. A volume that is mounted here takes over whose it is.
RUN mkdir /data

FROM scratch
# Authorities, for PostgreSQL, Redis and collectors that are reached by TLS.
COPY --from=server /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=server --chown=65532:65532 /data /data
COPY --from=server /src/LICENSE /
COPY --from=server /src/bin/asyncgate /usr/local/bin/asyncgate

# A container is reached from outside, so it demands API keys. It writes below /data only, and there with SQLite only.
ENV ASYNCGATE_ENV=production \
    ASYNCGATE_ADDR=0.0.0.0:8080 \
    ASYNCGATE_DATABASE_URL=sqlite:///data/asyncgate.db
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/asyncgate"]
CMD ["serve"]

ARG VERSION=dev
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="AsyncGate" \
      org.opencontainers.image.description="A GraphQL server through which agents delegate work and reliably get the results back" \
      org.opencontainers.image.source="https://github.com/asyncgate/asyncgate" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT"
