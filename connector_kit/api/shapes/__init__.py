"""What the API takes and gives, as serializers: shapes and their checks, and nothing else."""
