#!/bin/sh
# Runs once, when the database volume is empty: the roles and databases of tuoyu and of Temporal. The application's
# role owns nothing, so that row-level security binds it.
set -eu

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
	--set owner_password="$TUOYU_OWNER_PASSWORD" --set app_password="$TUOYU_APP_PASSWORD" \
	--set temporal_password="$TEMPORAL_DB_PASSWORD" --set keycloak_password="$KEYCLOAK_DB_PASSWORD" <<'SQL'
CREATE ROLE tuoyu_owner LOGIN CREATEROLE PASSWORD :'owner_password';
CREATE ROLE tuoyu_app LOGIN PASSWORD :'app_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE ROLE keycloak LOGIN PASSWORD :'keycloak_password';
CREATE DATABASE tuoyu OWNER tuoyu_owner;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
CREATE DATABASE keycloak OWNER keycloak;
REVOKE CONNECT ON DATABASE tuoyu, temporal, temporal_visibility, keycloak FROM PUBLIC;
GRANT CONNECT ON DATABASE tuoyu TO tuoyu_app;
SQL
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname tuoyu <<'SQL'
ALTER SCHEMA public OWNER TO tuoyu_owner;
SQL
