"""Serves optuna-dashboard; the store's address, with its password, stays out of `ps`."""

import os

from optuna_dashboard import run_server

run_server(os.environ["COOKBOOK_STORAGE"], host="0.0.0.0", port=8080)  # noqa: S104 - in a container
