"""The service in containers, one worker killed: `make rehearsal` (needs a container engine).

Starts the Compose file as a project of its own, submits two jobs to two workers, kills one worker
with SIGKILL while both jobs run, and checks that every trial ended exactly once.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
JOBS = {"digits": 24, "breast-cancer": 24}
PROJECT = "cookbook-rehearsal"
ENVIRONMENT = {**os.environ, "COMPOSE_PROJECT_NAME": PROJECT, "MLFLOW_PORT": "5055"}
HOST = f"127.0.0.1:{ENVIRONMENT['MLFLOW_PORT']}"
_KILL_AFTER = 4  # finished trials of both jobs together
_LIMIT_SECONDS = 900.0


def run(*command: str) -> str:
    """Runs a command in the project's folder and returns what it printed."""
    done = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def compose(*arguments: str) -> str:
    """Calls Compose, v2 or classic."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    classic = shutil.which("docker-compose")
    return run(*(["docker-compose"] if plugin.returncode and classic else ["docker", "compose"]),
               *arguments)  # fmt: skip


def client(*arguments: str) -> Any:
    """Calls `cookbook` in a container of its own and reads its JSON."""
    return json.loads(compose("run", "--rm", "-T", "cookbook", *arguments, "--json"))


def login() -> str:
    """The user of MLflow and its password, as `make secrets` made it."""
    return f"admin:{(ROOT / 'secrets/mlflow_admin_password').read_text().strip()}"


def ask(route: str, body: dict[str, Any]) -> Any:
    """Calls MLflow's API as its user."""
    request = urllib.request.Request(
        f"http://{HOST}/api/2.0/mlflow/{route}",
        json.dumps(body).encode(),
        {
            "Content-Type": "application/json",
            "Authorization": f"Basic {base64.b64encode(login().encode()).decode()}",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same server
        return json.load(answer)


def runs_of(job: str, role: str) -> list[dict[str, Any]]:
    """The runs of a job in MLflow: of its `study` or of each `trial`."""
    experiments = ask("experiments/search", {"max_results": 100})["experiments"]
    body = {
        "experiment_ids": [one["experiment_id"] for one in experiments],
        "filter": f"tags.study = '{job}' and tags.role = '{role}'",
        "max_results": 1000,
    }
    return ask("runs/search", body).get("runs", [])


def say(text: str) -> None:
    """Prints one line with the time."""
    print(time.strftime("%H:%M:%S"), text, flush=True)


def wait_for(condition: Any, what: str) -> None:
    """Looks at the queue until a condition on its rows holds."""
    deadline = time.monotonic() + _LIMIT_SECONDS
    while not condition(rows := {row["name"]: row for row in client("queue", "--all")}):
        if time.monotonic() > deadline:
            sys.exit(f"After {_LIMIT_SECONDS:g} s still not {what}: {rows}")
    progress = (f"{name} {row['state']} {row['finished']}" for name, row in rows.items())
    say(f"{what}: {', '.join(progress)}")


def kill_a_worker() -> str:
    """Kills the container that was started last, without a warning."""
    containers = run("docker", "ps", "--format", "{{.Names}}", "--filter",
                     f"label=com.docker.compose.project={PROJECT}",
                     "--filter", "label=com.docker.compose.service=worker").split()  # fmt: skip
    victim = sorted(containers)[-1]
    run("docker", "kill", victim)
    return victim


def check(name: str, budget: int) -> None:
    """Fails unless a job has its budget and every number once."""
    trials = client("trials", name)
    states = Counter(trial["state"] for trial in trials)
    numbers = [trial["trial"] for trial in trials if trial["state"] != "fail"]
    finished = states["complete"] + states["pruned"]
    accuracy = client("results", name)["final"]["test_metrics"]["accuracy"]
    say(f"{name}: {dict(states)}, test accuracy {accuracy}")
    if finished != budget or len(set(numbers)) != len(numbers) or states["running"]:
        sys.exit(f"{name}: {finished} finished trials, asked for {budget}: {dict(states)}")
    shown = [tag["value"] for run in runs_of(name, "trial") for tag in run["data"]["tags"]
             if tag["key"] == "trial"]  # fmt: skip
    if sorted(map(int, shown)) != sorted(numbers):
        sys.exit(f"{name}: MLflow shows the trials {shown} instead of {numbers}.")


def check_secrets() -> None:
    """Fails unless MLflow wants a password, and none is seen where containers are looked at."""
    address = f"http://{HOST}/api/2.0/mlflow/experiments/get?experiment_id=0"
    try:
        urllib.request.urlopen(address, timeout=10)
        sys.exit("MLflow answers without a password.")
    except urllib.error.HTTPError as error:
        if error.code != 401:
            sys.exit(f"MLflow without a password answers {error.code} instead of 401.")
    names = run("docker", "ps", "--all", "--format", "{{.Names}}", "--filter",
                f"label=com.docker.compose.project={PROJECT}").split()  # fmt: skip
    running = run("docker", "ps", "--format", "{{.Names}}").split()
    seen = [run("docker", "inspect", *names), compose("logs")]
    seen += [run("docker", "top", name, "-eo", "pid,args") for name in names if name in running]
    for file in (ROOT / "secrets").iterdir():
        secret = file.read_text()
        if secret and any(secret in text for text in seen):
            sys.exit(f"The secret {file.name} is seen in a log, in `ps` or in a configuration.")
    say(f"MLflow refuses who has no password; no secret is seen in {len(names)} containers")


def main() -> None:
    """Walks through it; the containers stay up for a look, and the next rehearsal removes them."""
    # Volumes of an earlier one may belong to other secrets, which no server would let in.
    compose("down", "--volumes")
    run("make", "secrets")
    run("make", "up")
    run("make", "scale", "N=2")
    say("two workers are up")
    for name in JOBS:
        run("make", "submit", f"JOB=jobs/{name}.yaml")
    wait_for(
        lambda rows: (
            all(rows[name]["running"] for name in JOBS)
            and sum(rows[name]["finished"] for name in JOBS) >= _KILL_AFTER
        ),
        "both jobs run",
    )
    say(f"killed {kill_a_worker()}")
    wait_for(lambda rows: all(rows[name]["state"] == "done" for name in JOBS), "both jobs done")
    for name, budget in JOBS.items():
        check(name, budget)
    check_secrets()
    say(
        f"every trial ended exactly once, and is in MLflow once: http://{HOST}; `make down` ends it"
    )


if __name__ == "__main__":
    main()
