#!/bin/sh
# Takes secrets from files, so that none stands in the configuration of a container or in `ps`:
# for each NAME below, NAME_FILE names a file whose text becomes NAME.
set -eu
for name in COOKBOOK_STORAGE MLFLOW_TRACKING_PASSWORD MLFLOW_BACKEND_STORE_URI \
            MLFLOW_FLASK_SERVER_SECRET_KEY MLFLOW_ADMIN_PASSWORD COOKBOOK_WEBHOOK_SECRET; do
  eval "file=\${${name}_FILE:-}"
  [ -n "$file" ] || continue
  if [ ! -r "$file" ]; then
    echo "$name: the secret file $file is missing or not readable; run \`make secrets\`." >&2
    exit 78
  fi
  value=$(cat "$file")
  export "$name=$value"
  unset "${name}_FILE"
done
exec "$@"
