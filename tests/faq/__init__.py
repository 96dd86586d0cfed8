"""Tests of the reply templates."""
