"""What happens to requests on their way: the limit, misfortunes, the journal."""
