"""Takes the pictures of docs/images: the report, the MLflow UI, the notebook and the site.

`python -m tests.screenshots` needs Chromium with its driver and the extra `screenshots`. It runs
one small search in an empty folder; `--only report,site` takes some of the pictures.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

COOKBOOK = Path(sys.executable).with_name("cookbook")
IMAGES = Path(__file__).parents[1] / "docs/images"
SITE = Path(__file__).parents[1] / "build/site"
LARGEST = 200_000  # bytes of a picture
DESKTOP, PHONE = (1280, 900), (390, 844)
_DESKTOPS, _PHONES = 1.4, 1.8  # screens of a report: its verdict, and the first figure below
STUDY = "digits"


class Browser:
    """Headless Chromium that saves what it shows as small PNG files."""

    def __init__(self) -> None:
        from selenium import webdriver

        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or "chrome"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
            options.add_argument(argument)
        # The driver of the system; Selenium would look for another one in the internet.
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        self._driver = webdriver.Chrome(options=options, service=service)

    def close(self) -> None:
        """Ends the browser."""
        self._driver.quit()

    def shoot(
        self,
        address: str,
        name: str,
        *,
        size: tuple[int, int] = DESKTOP,
        screens: float = 1.0,
        dark: bool = False,
        wait: float = 0.5,
        script: str = "",
    ) -> None:
        """Opens a page and saves a picture of it.

        Args:
            address: Of the page.
            name: Of the file without ending.
            size: Width and height in pixels.
            screens: Heights that the picture shows.
            dark: Whether the reader prefers dark pages.
            wait: Seconds until everything is drawn.
            script: What is done in the page before.
        """
        width, height = size
        shown = {"width": width, "height": round(screens * height)}
        metrics = {**shown, "deviceScaleFactor": 1, "mobile": width < 500}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self._driver.get("about:blank")  # a page that is open already would keep its state
        self._driver.get(address)
        time.sleep(wait)
        if script:
            self._driver.execute_script(script)
            time.sleep(0.5)
        wide = self._driver.execute_script("return document.documentElement.scrollWidth")
        if wide > width:
            raise RuntimeError(f"{name} is {wide} px wide on a screen of {width} px.")
        save(self._driver.get_screenshot_as_png(), IMAGES / f"{name}.png")


def save(png: bytes, path: Path) -> None:
    """Writes a picture with at most 256 colours, which is enough for pages."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB", flush=True)
    if path.stat().st_size > LARGEST:
        raise RuntimeError(f"{path} is larger than {LARGEST} bytes.")


def search(folder: Path) -> dict[str, Any]:
    """Runs the search that the pictures show; returns its result."""
    job = ("tune", "digits-mlp", "--study", STUDY, "--trials", "16", "--epochs", "8", "--json")
    return json.loads(run(folder, *job).splitlines()[-1])


def run(folder: Path, *arguments: str) -> str:
    """Runs `cookbook` to its end."""
    done = subprocess.run(
        [COOKBOOK, *arguments], cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def report(browser: Browser, folder: Path, _: dict[str, Any]) -> None:
    """The report on a desktop, on a phone, and in the dark."""
    run(folder, "report", STUDY)
    address = (folder / f"{STUDY}.html").as_uri()
    browser.shoot(address, "report", screens=_DESKTOPS)
    browser.shoot(address, "report-phone", size=PHONE, screens=_PHONES)
    point = """
        document.querySelector("#slices").scrollIntoView({behavior: "instant"});
        const mark = document.querySelector("#slices [data-trial]");
        const at = mark.getBoundingClientRect();
        setTimeout(() => mark.dispatchEvent(new PointerEvent("pointerover",
            {bubbles: true, clientX: at.x + 4, clientY: at.y + 4})), 200);"""
    browser.shoot(address, "report-dark", dark=True, script=point)


def mlflow(browser: Browser, folder: Path, result: dict[str, Any]) -> None:
    """The MLflow UI: the table of runs, the parent run, and one trial."""
    with serving(folder) as server:
        route = result["run_url"].split("experiments/")[1].partition("?")[0]
        experiment, run_id = route.split("/runs/")
        view = "workflowType=machine_learning"
        children = search_runs(server, experiment)
        pages = {
            "mlflow-runs": f"experiments/{experiment}/runs?viewStateShareKey=study-{STUDY}&{view}",
            "mlflow-study": f"experiments/{experiment}/runs/{run_id}?{view}",
            "mlflow-trial": f"experiments/{experiment}/runs/{children[0]}/model-metrics?{view}",
        }
        for name, route in pages.items():
            browser.shoot(
                f"{server}/#/{route}", name, size=(1500, 1000), wait=12, script=CLOSE_OFFERS
            )


# Whatever the UI offers to a first visitor stands in front of the page.
CLOSE_OFFERS = (
    "document.querySelectorAll(\"button[aria-label*='lose']\").forEach((one) => one.click())"
)


def search_runs(server: str, experiment: str) -> list[str]:
    """Runs of the trials of the study, the best first."""
    body = {
        "experiment_ids": [experiment],
        "filter": "tags.state = 'complete'",
        "order_by": ["metrics.objective DESC"],
    }
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{server}/api/2.0/mlflow/runs/search",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return [one["info"]["run_id"] for one in json.load(answer)["runs"]]


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The MLflow UI on the runs of a folder; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [COOKBOOK, "ui", "--port", str(port), "--no-browser"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if server.stdout is None or "MLflow UI" not in server.stdout.readline():
            raise RuntimeError("The MLflow UI did not start.")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def site(browser: Browser, _: Path, __: dict[str, Any]) -> None:
    """The documentation, which `make docs` has built."""
    if not (SITE / "index.html").exists():
        raise RuntimeError(f"There is no site in {SITE}: `make docs` builds it.")
    browser.shoot((SITE / "index.html").as_uri(), "site", wait=2)
    browser.shoot((SITE / "tutorial.html").as_uri(), "notebook", wait=2)


PARTS = {"report": report, "mlflow": mlflow, "site": site}


def main() -> None:
    """Takes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="Parts, separated by commas.")
    parser.add_argument("--folder", type=Path, help="A folder whose search is done already.")
    given = parser.parse_args()
    for name in ("COOKBOOK_ROOT", "COOKBOOK_STORAGE", "MLFLOW_TRACKING_URI"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as temporary, contextlib.closing(Browser()) as browser:
        folder = given.folder or Path(temporary)
        wanted = given.only.split(",")
        result = {} if wanted == ["site"] else search(folder)
        for name in wanted:
            PARTS[name](browser, folder, result)


if __name__ == "__main__":
    main()
