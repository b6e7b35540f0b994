"""Vanta: documents that an auditor asks for, and custom resources."""
