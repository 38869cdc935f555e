#!/bin/sh
# Registers the namespace unless it is there.
set -eu

temporal operator namespace describe --namespace "$NAMESPACE" >/dev/null 2>&1 && exit 0
temporal operator namespace create --namespace "$NAMESPACE" --retention "$RETENTION"
