"""Reports: a campaign's results at every ESP in one model, what they show, and how segments do.

- `run.make_report` reads and analyses; `records` is the model, with its JSON (`report.schema.json`);
- `render.render_report` and `page.render_page` show it; `history` keeps sums for later trends;
- `sizing` and `allocating` are `franca experiment size` and `allocate`.

Nothing is imported here, so that the command line loads no more than its options.
"""
