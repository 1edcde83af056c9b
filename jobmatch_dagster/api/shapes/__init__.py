"""What goes over the wire: one module per subject, pydantic models with the examples that the reference shows."""
