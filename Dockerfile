# syntax=docker/dockerfile:1
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
ENV GOMODCACHE=/cache/mod GOCACHE=/cache/build
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/cache go mod download
COPY . .
ARG VERSION=development
RUN --mount=type=cache,target=/cache \
    CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/tuoyu ./cmd/tuoyu

FROM debian:12.12-slim
# The fonts of the papers travel with each print job, so the worker has them and the renderer needs none.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates fonts-lxgw-wenkai fonts-hanazono \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 10001 -g 10001 -m 0750 /var/lib/tuoyu/blobs /var/lib/tuoyu/keys
COPY --from=build /out/tuoyu /usr/local/bin/tuoyu
COPY LICENSE /usr/share/doc/tuoyu/
USER 10001:10001
WORKDIR /var/lib/tuoyu
ENV TUOYU_LISTEN=0.0.0.0:8080 TUOYU_METRICS_LISTEN=0.0.0.0:8081 TUOYU_BLOB_DIR=/var/lib/tuoyu/blobs
EXPOSE 8080 8081
ENTRYPOINT ["tuoyu"]
