"""Tables and figures of studies, and one HTML page that holds them all."""

from typing import TYPE_CHECKING

from tuning._lazy import lazy_attributes

if TYPE_CHECKING:
    from tuning.report.compare import StudyComparison as StudyComparison
    from tuning.report.compare import compare_studies as compare_studies
    from tuning.report.importance import parameter_importance as parameter_importance
    from tuning.report.page import write_report as write_report
    from tuning.report.registry import FIGURES as FIGURES
    from tuning.report.registry import draw as draw
    from tuning.report.registry import draw_all as draw_all
    from tuning.report.registry import render_all as render_all
    from tuning.report.registry import write_figures as write_figures
    from tuning.report.tables import best_trials as best_trials
    from tuning.report.tables import trial_rows as trial_rows
    from tuning.report.tables import winning_trial as winning_trial
    from tuning.report.tables import write_trials as write_trials
    from tuning.report.view import StudySnapshot as StudySnapshot
    from tuning.report.view import view_study as view_study

_REFERENCES = {
    "FIGURES": "tuning.report.registry:FIGURES",
    "StudyComparison": "tuning.report.compare:StudyComparison",
    "StudySnapshot": "tuning.report.view:StudySnapshot",
    "best_trials": "tuning.report.tables:best_trials",
    "compare_studies": "tuning.report.compare:compare_studies",
    "draw": "tuning.report.registry:draw",
    "draw_all": "tuning.report.registry:draw_all",
    "parameter_importance": "tuning.report.importance:parameter_importance",
    "render_all": "tuning.report.registry:render_all",
    "trial_rows": "tuning.report.tables:trial_rows",
    "view_study": "tuning.report.view:view_study",
    "winning_trial": "tuning.report.tables:winning_trial",
    "write_figures": "tuning.report.registry:write_figures",
    "write_report": "tuning.report.page:write_report",
    "write_trials": "tuning.report.tables:write_trials",
}
__all__ = list(_REFERENCES)
__getattr__, __dir__ = lazy_attributes(__name__, _REFERENCES)
