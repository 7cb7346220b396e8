"""The workshop: the demo, the benchmarks, and the processes that these and the slow tests run."""
