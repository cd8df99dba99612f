"""What Fabric knows, in the forms in which others exchange it."""
