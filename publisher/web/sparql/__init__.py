"""The query service: its protocol, the thin layer that answers it, what people see of it, and its log."""
