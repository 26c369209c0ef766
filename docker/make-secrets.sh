#!/bin/sh
# Writes the service's secrets into the folder secrets/, each once: what exists is kept.
set -eu
folder=${1:-secrets}
umask 077
mkdir -p "$folder"
chmod 700 "$folder"

random() { LC_ALL=C tr -dc 'A-Za-z0-9' < /dev/urandom | head -c 32; }

keep() {  # NAME VALUE; readable for the containers' user, who is nobody on this machine
  [ -s "$folder/$1" ] || printf %s "$2" > "$folder/$1"
  chmod 444 "$folder/$1"
}

for name in postgres_password studies_password mlflow_password mlflow_admin_password \
            mlflow_session_key webhook_secret; do
  keep "$name" "$(random)"
done
keep studies_url "postgresql+psycopg://studies:$(cat "$folder/studies_password")@postgres:5432/studies"
keep mlflow_url "postgresql+psycopg://mlflow:$(cat "$folder/mlflow_password")@postgres:5432/mlflow"
touch "$folder/aws_credentials"  # filled in by those who keep artifacts in S3
chmod 444 "$folder/aws_credentials"
echo "Secrets are in $folder/. MLflow's user is admin, its password is in $folder/mlflow_admin_password."
