"""What people see in a terminal: a live view while a job runs, tables when it has ended."""
