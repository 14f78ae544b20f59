"""What is wrong with a set of reasoning tasks."""

from trialogue.evaluation.audit.audit import Audit, audit_tasks
from trialogue.evaluation.audit.check import Case, Check

__all__ = ["Audit", "Case", "Check", "audit_tasks"]
