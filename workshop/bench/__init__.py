"""The benchmarks: what the kit costs, compared with the least that it could cost."""
