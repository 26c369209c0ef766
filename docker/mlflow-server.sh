#!/bin/sh
# MLflow behind its own log-in; the configuration of the log-in holds secrets and lies in memory.
set -eu
: "${MLFLOW_BACKEND_STORE_URI:?names the database of the runs}"
: "${MLFLOW_ADMIN_PASSWORD:?is the password of the user admin}"
umask 077
cat > /tmp/auth.ini <<INI
[mlflow]
default_permission = EDIT
database_uri = $(printf %s "$MLFLOW_BACKEND_STORE_URI" | sed 's/%/%%/g')
admin_username = admin
admin_password = $MLFLOW_ADMIN_PASSWORD
auth_cache_ttl_seconds = 60
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
INI
# The background jobs of MLflow's GenAI part: eight processes, 2 GB, and nobody here calls them.
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false
export MLFLOW_AUTH_CONFIG_PATH=/tmp/auth.ini
# MLflow takes admin's password when it makes the user only; workers take it from the file always.
python3 - <<'PYTHON'
import os

from mlflow.server.auth.sqlalchemy_store import SqlAlchemyStore

store = SqlAlchemyStore()
store.init_db(os.environ["MLFLOW_BACKEND_STORE_URI"])
if store.has_user("admin"):
    store.update_user("admin", password=os.environ["MLFLOW_ADMIN_PASSWORD"])
PYTHON
exec mlflow server --app-name basic-auth --host 0.0.0.0 --port 5000 \
  --workers "${MLFLOW_WORKERS:-2}" \
  --artifacts-destination "${MLFLOW_ARTIFACTS_DESTINATION:-/artifacts}" \
  --allowed-hosts "${MLFLOW_ALLOWED_HOSTS:-mlflow:5000,localhost:*,127.0.0.1:*}"
