"""GitHub: issues, reviews, pipeline runs and how they are controlled, through its REST API."""
