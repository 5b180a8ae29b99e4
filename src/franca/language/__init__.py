"""Files and the Python builder → definitions; checking; definitions → YAML and English."""

from franca.language.check import check, load_and_check
from franca.language.environments import in_environment
from franca.language.predicates import load_predicate
from franca.language.project import PROJECT_FILE, SEGMENTS_FOLDER, load, read_project

__all__ = ["PROJECT_FILE", "SEGMENTS_FOLDER", "check", "in_environment", "load", "load_and_check", "load_predicate", "read_project"]
