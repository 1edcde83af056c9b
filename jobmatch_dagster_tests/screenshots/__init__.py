"""Pictures for the docs: a fortnight of the demo's world, and a browser that looks at it."""
