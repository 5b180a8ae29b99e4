"""Copy variants per segment: brief, aggregates, prompt, guardrails, review. It writes files that people read; plan never runs it."""
