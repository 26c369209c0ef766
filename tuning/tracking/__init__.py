"""MLflow as the place of review, written from the study. Nothing else imports mlflow."""

from typing import TYPE_CHECKING

from tuning._lazy import lazy_attributes

if TYPE_CHECKING:
    from tuning.credentials import mask_credentials as mask_credentials
    from tuning.tracking.locations import default_artifact_root as default_artifact_root
    from tuning.tracking.locations import default_tracking_uri as default_tracking_uri
    from tuning.tracking.locations import run_url as run_url
    from tuning.tracking.mirror import Mirror as Mirror
    from tuning.tracking.mirror_report import MirrorReport as MirrorReport
    from tuning.tracking.models import download_model as download_model
    from tuning.tracking.models import load_python_model as load_python_model
    from tuning.tracking.models import log_python_model as log_python_model
    from tuning.tracking.provenance import Provenance as Provenance
    from tuning.tracking.provenance import git_commit as git_commit
    from tuning.tracking.quiet import TrackingError as TrackingError
    from tuning.tracking.quiet import preload as preload
    from tuning.tracking.rebuild import SyncReport as SyncReport
    from tuning.tracking.rebuild import sync as sync
    from tuning.tracking.runs import Run as Run
    from tuning.tracking.runs import Tracker as Tracker

_REFERENCES = {
    "Mirror": "tuning.tracking.mirror:Mirror",
    "MirrorReport": "tuning.tracking.mirror_report:MirrorReport",
    "Provenance": "tuning.tracking.provenance:Provenance",
    "Run": "tuning.tracking.runs:Run",
    "SyncReport": "tuning.tracking.rebuild:SyncReport",
    "Tracker": "tuning.tracking.runs:Tracker",
    "TrackingError": "tuning.tracking.quiet:TrackingError",
    "default_artifact_root": "tuning.tracking.locations:default_artifact_root",
    "default_tracking_uri": "tuning.tracking.locations:default_tracking_uri",
    "download_model": "tuning.tracking.models:download_model",
    "git_commit": "tuning.tracking.provenance:git_commit",
    "load_python_model": "tuning.tracking.models:load_python_model",
    "log_python_model": "tuning.tracking.models:log_python_model",
    "mask_credentials": "tuning.credentials:mask_credentials",
    "preload": "tuning.tracking.quiet:preload",
    "run_url": "tuning.tracking.locations:run_url",
    "sync": "tuning.tracking.rebuild:sync",
}
__all__ = list(_REFERENCES)
__getattr__, __dir__ = lazy_attributes(__name__, _REFERENCES)
