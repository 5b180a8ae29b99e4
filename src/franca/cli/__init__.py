"""The command line: one small module per verb; logic lives in the library."""
