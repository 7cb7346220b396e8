"""Jobs: their queue, errors, and retries (protocol/http-api.md#11-jobs-job-errors-retries)."""
