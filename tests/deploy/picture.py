"""Takes docs/images/service-run.png from a rehearsal that is up: `python -m tests.deploy.picture`.

The page is the one of the job `digits` in the service's MLflow, behind its log-in. Needs what
`tests.screenshots` needs.
"""

from __future__ import annotations

import contextlib

from tests.deploy.rehearsal import HOST, login, runs_of
from tests.screenshots import CLOSE_OFFERS, Browser

JOB = "digits"


def main() -> None:
    """Finds the job's run and takes the picture of its page."""
    (run,) = runs_of(JOB, "study")
    info = run["info"]
    route = f"experiments/{info['experiment_id']}/runs/{info['run_id']}"
    with contextlib.closing(Browser()) as browser:
        # The page may not ask with a password in its address; once given, the browser keeps it.
        for address in (f"http://{login()}@{HOST}/", f"http://{HOST}/#/{route}"):
            browser.shoot(
                f"{address}?workflowType=machine_learning",
                "service-run",
                size=(1500, 1000),
                wait=12,
                script=CLOSE_OFFERS,
            )


if __name__ == "__main__":
    main()
