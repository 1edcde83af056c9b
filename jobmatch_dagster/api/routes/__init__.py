"""The operations, one module per subject. They translate between HTTP and the rooms behind; rules live there."""
