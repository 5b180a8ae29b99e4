"""Reports: a campaign's results at every ESP in one model, what they show, and how segments do.

`make_report` reads, `render_report` shows, `dump_report` is the JSON of `report.schema.json`; `keep` and `sums` are for trends.
"""

from franca_personalization.report.history import Kept, Sums, history, keep
from franca_personalization.report.records import Report, dump_report, read_report, report_schema
from franca_personalization.report.render import render_report
from franca_personalization.report.run import Asking, make_report, sums, unread

__all__ = [
    "Asking",
    "Kept",
    "Report",
    "Sums",
    "dump_report",
    "history",
    "keep",
    "make_report",
    "read_report",
    "render_report",
    "report_schema",
    "sums",
    "unread",
]
