"""The benchmarks: what the kit costs, measured against what it could cost at the least."""
