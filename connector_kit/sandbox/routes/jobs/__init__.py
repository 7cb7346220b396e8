"""Jobs, their errors, their retries (protocol/http-api.md#11-jobs-job-errors-retries)."""
