#!/bin/sh
# Brings Temporal's two databases to the schema of this server version. Running it again changes nothing.
set -eu

update() { # database, folder of its schema
	temporal-sql-tool --db "$1" setup-schema -v 0.0 || true # there already
	temporal-sql-tool --db "$1" update-schema -d "/etc/temporal/schema/postgresql/v12/$2/versioned"
}
update temporal temporal
update temporal_visibility visibility
