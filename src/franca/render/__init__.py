"""Reports: decision, plan, apply, sync, preview → text, JSON, Markdown. Pure functions."""

from franca.render.decision import render_decision
from franca.render.done import render_applied, render_erased, render_synced
from franca.render.plan import render_plan
from franca.render.preview import Preview, render_preview
from franca.render.reconcile import render_reconciled

__all__ = [
    "Preview",
    "render_applied",
    "render_decision",
    "render_erased",
    "render_plan",
    "render_preview",
    "render_reconciled",
    "render_synced",
]
