"""Reading of AWS: CloudTrail records and what they mean."""
