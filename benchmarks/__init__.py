"""Benchmarks, each of which opens with the claim that it supports."""
