"""Copy variants per segment: brief, aggregates, prompt, guardrails, review. It writes files that people read; nothing here is run by plan or apply."""
