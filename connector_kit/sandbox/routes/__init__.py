"""What is answered under ``/v1``; the table names everything."""
