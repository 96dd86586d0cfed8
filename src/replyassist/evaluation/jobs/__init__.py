"""Runs that somebody started in the console: each a row, done by the worker, stopped and gone on with."""
