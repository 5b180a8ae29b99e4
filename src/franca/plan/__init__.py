"""Desired resources against remote ones: plan, guard, apply, state."""

from franca.plan.advice import advice
from franca.plan.apply import apply, same_plan
from franca.plan.begun import insist_on_applied
from franca.plan.caps import counted, used
from franca.plan.decision import Decision, decide
from franca.plan.desired import Desired, desire
from franca.plan.errors import LockedError, PartlyAppliedError, SeveralError, Unsafe, UnsafeError, each, refuse
from franca.plan.journal import Intent, Journal
from franca.plan.measured import Measured
from franca.plan.outcomes import Applied, Outcome, Result
from franca.plan.plan import check_account, make_plan
from franca.plan.records import Action, Budget, Cap, Change, Plan, PlanFile, Processing, dump_plans, load_plans, plan_schema
from franca.plan.state import Entry, State, Store, insist_on_own_account

__all__ = [
    "Action",
    "Applied",
    "Budget",
    "Cap",
    "Change",
    "Decision",
    "Desired",
    "Entry",
    "Intent",
    "Journal",
    "LockedError",
    "Measured",
    "Outcome",
    "PartlyAppliedError",
    "Plan",
    "PlanFile",
    "Processing",
    "Result",
    "SeveralError",
    "State",
    "Store",
    "Unsafe",
    "UnsafeError",
    "advice",
    "apply",
    "check_account",
    "counted",
    "decide",
    "desire",
    "dump_plans",
    "each",
    "insist_on_applied",
    "insist_on_own_account",
    "load_plans",
    "make_plan",
    "plan_schema",
    "refuse",
    "same_plan",
    "used",
]
